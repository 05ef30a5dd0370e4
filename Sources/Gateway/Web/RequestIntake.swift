/// A request while it arrives: its head, and its body up to the limit.
///
/// A decision as a value: what came in, and whether to go on reading.
struct RequestIntake {
    enum Progress: Equatable {
        case reading
        /// More was sent than is even thrown away: the connection is cut.
        case cut
    }

    let method: String
    /// The path as sent, without the query.
    let path: String
    let query: [String: String]
    let headers: [(name: String, value: String)]
    let address: String
    private let limits: WebLimits
    private(set) var body: [UInt8] = []
    private var received = 0

    init(
        method: String, path: String, query: [String: String], headers: [(name: String, value: String)],
        address: String, limits: WebLimits
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.address = address
        self.limits = limits
    }

    /// Why the request can be refused before its body is read: its length is ambiguous, so that two readers
    /// could disagree where the next request begins (RFC 9112 section 6.3), its host is (section 3.2), or it
    /// announces more than is taken. Nil where its head is in order.
    var objection: HTTPResponse? {
        let lengths = headers.filter { $0.name == "content-length" }
        let encodings = headers.filter { $0.name == "transfer-encoding" }
        if lengths.count > 1 || encodings.count > 1 || (!lengths.isEmpty && !encodings.isEmpty) {
            return .problem(400, "Bad Request", "give the length of the body once, in one way")
        }
        if headers.filter({ $0.name == "host" }).count > 1 {
            return .problem(400, "Bad Request", "give Host once")
        }
        if let encoding = encodings.first, encoding.value.lowercased() != "chunked" {
            return .problem(400, "Bad Request", "the only transfer encoding is chunked")
        }
        if let length = lengths.first {
            guard !length.value.isEmpty, length.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                return .problem(400, "Bad Request", "Content-Length is no number")
            }
            guard let length = Int(length.value), length <= limits.bodyBytes else { return tooLarge }
        }
        return nil
    }

    /// The refusal of a body that turned out larger than the limit; nil where it fits.
    var oversize: HTTPResponse? { received > limits.bodyBytes ? tooLarge : nil }

    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Progress {
        received += bytes.count
        if received <= limits.bodyBytes { body.append(contentsOf: bytes) } else { body = [] }
        return received <= limits.drainedBytes ? .reading : .cut
    }

    private var tooLarge: HTTPResponse {
        .problem(413, "Content Too Large", "send at most \(limits.bodyBytes) bytes")
    }
}
