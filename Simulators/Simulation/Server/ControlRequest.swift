package import Codecs

/// A request to the control interface, as far as that understands HTTP.
package struct ControlRequest: Sendable, Equatable {
    package let method: String
    package let path: String
    /// The JSON object sent along; empty where there was none.
    package let body: JSONValue

    /// Longest head, and longest body.
    package static let mostBytes = 8192

    /// What has become of the bytes so far.
    package enum Parsing: Sendable, Equatable {
        case incomplete
        case request(ControlRequest)
        /// Not understood, or not to be trusted: status and reason.
        case refused(Int, String)
    }

    /// Reads what a client has sent so far.
    ///
    /// Refused are requests for another host than this machine, and any from a page of another origin: a page
    /// in a local browser must not press buttons here.
    package static func parse(_ bytes: [UInt8]) -> Parsing {
        let mark: [UInt8] = [13, 10, 13, 10]
        let window = bytes.prefix(mostBytes)
        guard let end = window.indices.first(where: { window[$0...].starts(with: mark) }) else {
            return bytes.count >= mostBytes ? .refused(431, "the head is too long") : .incomplete
        }
        guard let head = String(validating: bytes[..<end], as: UTF8.self) else {
            return .refused(400, "the head is not UTF-8")
        }
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else {
            return .refused(400, "this is no HTTP/1 request")
        }
        let headers = headers(lines.dropFirst())
        if let fault = fault(in: headers) { return fault }
        guard headers["transfer-encoding"] == nil, let length = Int(headers["content-length"] ?? "0"),
            (0...mostBytes).contains(length)
        else { return .refused(413, "a body needs a Content-Length of at most \(mostBytes)") }
        let content = bytes[(end + mark.count)...]
        guard content.count >= length else { return .incomplete }
        do throws(JSONError) {
            let body = length == 0 ? [:] : try JSONParser.parse(content.prefix(length))
            return .request(ControlRequest(method: String(words[0]), path: String(words[1]), body: body))
        } catch {
            return .refused(400, "the body is no JSON: \(error)")
        }
    }

    private static func headers(_ lines: ArraySlice<Substring>) -> [String: String] {
        var headers: [String: String] = [:]
        for line in lines.prefix(100) {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let value = parts[1].drop { $0 == " " || $0 == "\t" }
            headers[parts[0].lowercased()] = String(value)
        }
        return headers
    }

    private static func fault(in headers: [String: String]) -> Parsing? {
        guard let host = headers["host"], isHere(host) else {
            return .refused(403, "the Host is not this machine")
        }
        guard let origin = headers["origin"] else { return nil }
        return origin == "http://\(host)" ? nil : .refused(403, "a page of another origin may not do that")
    }

    private static func isHere(_ host: String) -> Bool {
        let name = host.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        return name == "localhost" || LoopbackAddress.parse("\(name):0") != nil
    }
}
