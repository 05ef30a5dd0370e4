/// One thing that the web server answers: a method, a path and who answers.
///
/// Handlers run on the server's one thread: they copy what they need from a snapshot and return at once.
package struct Route: Sendable {
    package typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse

    package let method: HTTPMethod
    /// `/api/v1/stations/{id}/scan`: a segment in braces takes any one segment, under that name.
    package let path: String
    package let handler: Handler
    private let segments: [Substring]

    package init(_ method: HTTPMethod, _ path: String, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.handler = handler
        self.segments = Route.segments(of: path)
    }

    /// The parameters where `segments` (percent-decoded) fit this route's path; nil where they do not.
    func parameters(for segments: [String]) -> [String: String]? {
        guard segments.count == self.segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (pattern, segment) in zip(self.segments, segments) {
            if pattern.hasPrefix("{"), pattern.hasSuffix("}") {
                guard !segment.isEmpty else { return nil }
                parameters[String(pattern.dropFirst().dropLast())] = segment
            } else if pattern != segment {
                return nil
            }
        }
        return parameters
    }

    static func segments(of path: String) -> [Substring] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
    }
}

/// Percent-encoding (RFC 3986 section 2.1), read strictly.
enum PercentEncoding {
    /// The text that `encoded` stands for; nil for a `%` without two hexadecimal digits, for bytes that are
    /// not UTF-8 and for control characters, none of which a name of ours has.
    static func decoded(_ encoded: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(encoded.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
