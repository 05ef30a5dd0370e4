package import Codecs

/// What a route may answer to; every other method is answered 405. HEAD is answered wherever GET is.
package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case post = "POST"
}

/// A request, read whole and within its limits.
package struct HTTPRequest: Sendable {
    /// What the path's `{name}` segments held, percent-decoded.
    package let parameters: [String: String]
    /// The query's arguments, percent-decoded; of a name given twice, the last.
    package let query: [String: String]
    /// Header fields in the order received, names in lower case.
    package let headers: [(name: String, value: String)]
    /// At most `WebLimits.bodyBytes` bytes.
    package let body: [UInt8]
    /// Where it comes from, in digits, without the port.
    package let address: String

    /// The value of the first header field called `name` (lower case), or nil.
    package func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}

/// What a route answers.
package struct HTTPResponse: Sendable {
    /// What follows the header fields.
    package enum Body: Sendable {
        case bytes([UInt8])
        /// Server-sent events for as long as the client stays, resumed after the given event id.
        case events(EventHub, after: String?)
    }

    package let status: Int
    package let contentType: String
    package let headers: [(name: String, value: String)]
    package let body: Body

    package init(
        status: Int = 200, contentType: String, headers: [(name: String, value: String)] = [], body: Body
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    /// A JSON document.
    package static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status, contentType: "application/json", body: .bytes(CanonicalJSON.bytes(value)))
    }

    /// A refusal as RFC 9457 writes it: what is wrong, and in `detail` what to do.
    package static func problem(
        _ status: Int, _ title: String, _ detail: String, headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        let document: JSONValue = [
            "status": .number(Int64(status)), "title": .string(title), "detail": .string(detail),
        ]
        return HTTPResponse(
            status: status, contentType: "application/problem+json", headers: headers,
            body: .bytes(CanonicalJSON.bytes(document)))
    }
}
