/// Finds who answers a request, and answers itself what nobody does.
struct RouteTable: Sendable {
    private let routes: [Route]
    private let sameOrigin: SameOrigin

    init(_ routes: [Route], sameOrigin: SameOrigin) {
        self.routes = routes
        self.sameOrigin = sameOrigin
    }

    /// The answer to a request that has arrived whole.
    func response(to intake: RequestIntake) -> HTTPResponse {
        if let refusal = intake.objection ?? intake.oversize { return refusal }
        guard let segments = Self.segments(of: intake.path) else {
            return .problem(400, "Bad Request", "the path is not percent-encoded UTF-8 that begins with /")
        }
        let fitting = routes.compactMap { route in
            route.parameters(for: segments).map { (route: route, parameters: $0) }
        }
        guard !fitting.isEmpty else {
            return .problem(404, "Not Found", "nothing is here; the station page is at /")
        }
        let wanted = intake.method == "HEAD" ? HTTPMethod.get.rawValue : intake.method
        guard let found = fitting.first(where: { $0.route.method.rawValue == wanted }) else {
            return Self.notAllowed(fitting.map(\.route.method))
        }
        let request = HTTPRequest(
            parameters: found.parameters, query: intake.query, headers: intake.headers, body: intake.body,
            address: intake.address)
        if found.route.method == .post,
            let objection = sameOrigin.objection(
                host: request.header("host"), origin: request.header("origin"))
        {
            return .problem(403, "Forbidden", objection)
        }
        return found.route.handler(request)
    }

    private static func notAllowed(_ methods: [HTTPMethod]) -> HTTPResponse {
        var names = methods.map(\.rawValue)
        if names.contains("GET") { names.append("HEAD") }
        let allowed = names.sorted().joined(separator: ", ")
        return .problem(405, "Method Not Allowed", "use \(allowed)", headers: [("Allow", allowed)])
    }

    /// The decoded segments of a path; nil where it does not begin with `/` or is not well encoded.
    private static func segments(of path: String) -> [String]? {
        guard path.hasPrefix("/") else { return nil }
        let encoded = Route.segments(of: path)
        let decoded = encoded.compactMap { PercentEncoding.decoded($0) }
        return decoded.count == encoded.count ? decoded : nil
    }
}
