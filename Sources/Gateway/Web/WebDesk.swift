internal import CMicroHTTPD
internal import Linux

/// Where libmicrohttpd's thread brings its requests: turns its callbacks into values and values into answers.
///
/// One desk serves one run of the daemon, from `start` to `stop`.
final class WebDesk: Sendable {
    let limits: WebLimits
    private let routes: RouteTable
    private let log: @Sendable (String) -> Void
    private let streams = Guarded(Streams())

    private struct Streams {
        var open: [ObjectIdentifier: EventStream] = [:]
        var isClosing = false
    }

    init(routes: RouteTable, limits: WebLimits, log: @escaping @Sendable (String) -> Void) {
        self.routes = routes
        self.limits = limits
        self.log = log
    }

    func complain(_ line: String) { log(line) }

    /// Ends every open stream and lets no new one begin: libmicrohttpd must not be stopped while one of its
    /// connections is suspended.
    func endStreams() {
        let open = streams.withLock { streams in
            streams.isClosing = true
            return Array(streams.open.values)
        }
        for stream in open { stream.end() }
    }

    /// Answers a request that has arrived whole, or that is refused by its head.
    func answer(_ intake: RequestIntake, on connection: OpaquePointer) -> MHD_Result {
        let response = intake.objection ?? routes.response(to: intake)
        return reply(response, isHead: intake.method == "HEAD", on: connection)
    }

    private func reply(_ answer: HTTPResponse, isHead: Bool, on connection: OpaquePointer) -> MHD_Result {
        switch answer.body {
        case .bytes(let bytes):
            return queue(answer, Self.response(of: bytes), on: connection)
        case .events where isHead:
            return queue(answer, Self.response(of: []), on: connection)
        case .events(let hub, let last):
            guard let stream = open(hub, after: last, on: connection) else {
                let busy = HTTPResponse.problem(
                    503, "Service Unavailable", "too many pages are open: close one",
                    headers: [("Retry-After", "5")])
                return reply(busy, isHead: false, on: connection)
            }
            return queue(answer, stream.response(), on: connection)
        }
    }

    private func open(_ hub: EventHub, after last: String?, on connection: OpaquePointer) -> EventStream? {
        let stream = EventStream(hub: hub, after: last, connection: connection) { [self] stream in
            streams.withLock { $0.open[ObjectIdentifier(stream)] = nil }
        }
        guard let stream else { return nil }
        let isOpen = streams.withLock { streams in
            if !streams.isClosing { streams.open[ObjectIdentifier(stream)] = stream }
            return !streams.isClosing
        }
        if !isOpen { stream.end() }
        return isOpen ? stream : nil
    }

    private func queue(_ answer: HTTPResponse, _ response: OpaquePointer?, on connection: OpaquePointer)
        -> MHD_Result
    {
        guard let response else { return .NO }
        defer { MHD_destroy_response(response) }
        let fields = [(name: "Content-Type", value: answer.contentType)] + Self.everywhere + answer.headers
        for field in fields where MHD_add_response_header(response, field.name, field.value) != .YES {
            log("web: a response header was refused: \(field.name)")
            return .NO
        }
        return MHD_queue_response(connection, UInt32(answer.status), response)
    }

    private static func response(of bytes: [UInt8]) -> OpaquePointer? {
        bytes.withUnsafeBytes { buffer in
            MHD_create_response_from_buffer(
                buffer.count, UnsafeMutableRawPointer(mutating: buffer.baseAddress), .RESPMEM_MUST_COPY)
        }
    }

    /// On every answer. The policy lets a page load nothing but what this server serves; nothing is cached,
    /// so that a page never runs an earlier version's script.
    private static let everywhere: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    ]
}
