package import Codecs

/// Reads server-sent events (WHATWG HTML, clause 9.2) out of the pieces in which they come.
package struct EventReader {
    /// The longest event that is kept; the daemon's own are far shorter.
    private static let mostBytes = 4 << 20

    private var line: [UInt8] = []
    private var event = ""

    package init() {}

    /// The events that are whole once `bytes` have come: name and document. Those that are no JSON or too
    /// long are left out.
    package mutating func take(_ bytes: [UInt8]) -> [(event: String, document: JSONValue)] {
        var events: [(event: String, document: JSONValue)] = []
        for byte in bytes {
            guard byte == 0x0A else {
                if line.count < Self.mostBytes { line.append(byte) }
                continue
            }
            if line.starts(with: Array("event: ".utf8)) {
                event = String(decoding: line.dropFirst(7), as: UTF8.self)
            } else if line.starts(with: Array("data: ".utf8)) {
                if let document = try? JSONParser.parse(Array(line.dropFirst(6))) {
                    events.append((event, document))
                }
            }
            line.removeAll(keepingCapacity: true)
        }
        return events
    }
}
