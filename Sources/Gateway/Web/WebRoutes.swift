package import Codecs
package import Inspection

/// One thing that must be in order for the daemon to be healthy or ready.
package struct HealthCheck: Sendable, Equatable {
    package let name: String
    package let isGood: Bool
    /// Whether it works and somebody must look at it all the same: a restart would not help.
    package let isDegraded: Bool
    /// What is wrong and what to do, or what is in order, in words.
    package let detail: String

    package init(_ name: String, isGood: Bool, isDegraded: Bool = false, detail: String) {
        self.name = name
        self.isGood = isGood
        self.isDegraded = isDegraded
        self.detail = detail
    }
}

/// What became of a scan that came over HTTP. What the station makes of it shows in the station's state.
package enum ScanReceipt: Sendable, Equatable {
    case taken
    case unknownStation
    /// The station takes no scan at present; why, in words.
    case busy(String)
}

/// The routes of INTERFACE: page, events, metrics, health and API, over closures that give what they show.
///
/// Each closure is called on the web server's one thread and must return at once: it reads a snapshot or
/// puts something into a bounded queue.
package struct WebRoutes: Sendable {
    /// The longest mark there is: 7,089 digits (ISO/IEC 18004, version 40-L), in bytes.
    package static let longestScan = 7_089

    package var hub: EventHub
    /// An array of station states, each as the event `station` carries it.
    package var stations: @Sendable () -> JSONValue
    package var devices: @Sendable () -> JSONValue
    /// What is plugged into the USB, whether it may be opened, and why not.
    package var usb: @Sendable () -> JSONValue
    package var status: @Sendable () -> JSONValue
    package var metrics: @Sendable () -> [MetricFamily]
    /// Whether the daemon works at all; a failing check answers 503 and asks for a restart.
    package var health: @Sendable () -> [HealthCheck]
    /// Whether parts can be inspected now.
    package var readiness: @Sendable () -> [HealthCheck]
    /// Takes the text scanned at a station.
    package var scan: @Sendable (_ station: String, _ text: String) -> ScanReceipt
    /// Ends the cycle that is open at a station, if one is.
    package var abort: @Sendable (_ station: String) -> ScanReceipt
    /// Does at a station what this action code does where it is scanned.
    package var act: @Sendable (_ station: String, _ action: ActionCode) -> ScanReceipt
    /// The curves of the last result of a station, for whoever asks from `address`; nil where it has none.
    package var curve: @Sendable (_ station: String, _ address: String) -> StationCurve?
    /// Hears that somebody looks at the stations: with the page, or otherwise.
    package var opened: @Sendable (_ address: String, _ agent: String?) -> Void
    /// What passes the line of this name, as events; nil where there is no such line or too many look.
    package var traffic: @Sendable (_ line: String) -> EventHub?

    package init(
        hub: EventHub,
        stations: @escaping @Sendable () -> JSONValue,
        devices: @escaping @Sendable () -> JSONValue,
        usb: @escaping @Sendable () -> JSONValue = { [] },
        status: @escaping @Sendable () -> JSONValue,
        metrics: @escaping @Sendable () -> [MetricFamily],
        health: @escaping @Sendable () -> [HealthCheck],
        readiness: @escaping @Sendable () -> [HealthCheck],
        scan: @escaping @Sendable (_ station: String, _ text: String) -> ScanReceipt,
        abort: @escaping @Sendable (_ station: String) -> ScanReceipt = { _ in .unknownStation },
        act: @escaping @Sendable (_ station: String, _ action: ActionCode) -> ScanReceipt = { _, _ in
            .unknownStation
        },
        curve: @escaping @Sendable (_ station: String, _ address: String) -> StationCurve? = { _, _ in nil },
        opened: @escaping @Sendable (_ address: String, _ agent: String?) -> Void = { _, _ in },
        traffic: @escaping @Sendable (_ line: String) -> EventHub? = { _ in nil }
    ) {
        self.hub = hub
        self.stations = stations
        self.devices = devices
        self.usb = usb
        self.status = status
        self.metrics = metrics
        self.health = health
        self.readiness = readiness
        self.scan = scan
        self.abort = abort
        self.act = act
        self.curve = curve
        self.opened = opened
        self.traffic = traffic
    }

    /// Every route, the page's own files first.
    package var all: [Route] { StationPage.routes + operations + api }

    private var operations: [Route] {
        [
            Route(.get, "/events") { [hub, opened] request in
                opened(request.address, request.header("user-agent"))
                // A page that reconnects by itself names the last event in a header; one that was reloaded
                // has nothing to name.
                return HTTPResponse(
                    contentType: "text/event-stream",
                    body: .events(hub, after: request.header("last-event-id")))
            },
            Route(.get, "/metrics") { [hub, metrics] _ in
                let text = MetricsText.text(metrics() + Self.families(of: hub.tally))
                return HTTPResponse(contentType: MetricsText.contentType, body: .bytes(Array(text.utf8)))
            },
            Route(.get, "/healthz") { [health] _ in Self.answer(health()) },
            Route(.get, "/readyz") { [readiness] _ in Self.answer(readiness()) },
        ]
    }

    private var api: [Route] {
        [
            Route(.get, "/api/v1/stations") { [stations, opened] request in
                opened(request.address, request.header("user-agent"))
                return .json(stations())
            },
            Route(.get, "/api/v1/stations/{id}/curve") { [curve] request in
                guard let found = curve(request.parameters["id"] ?? "", request.address) else {
                    return .problem(404, "Not Found", "no tool of this station has drawn a curve")
                }
                return .json(found.json)
            },
            Route(.get, "/api/v1/devices") { [devices] _ in .json(devices()) },
            Route(.get, "/api/v1/usb") { [usb] _ in .json(usb()) },
            Route(.get, "/api/v1/status") { [status] _ in .json(status()) },
            Route(.get, "/api/v1/traffic") { [traffic] request in
                guard let hub = request.query["line"].flatMap(traffic) else {
                    return .problem(404, "Not Found", "name a line of a device: ?line=modbus%2Btcp://…")
                }
                return HTTPResponse(contentType: "text/event-stream", body: .events(hub, after: nil))
            },
            Route(.post, "/api/v1/stations/{id}/scan") { [scan] request in Self.scan(request, into: scan) },
            Route(.post, "/api/v1/stations/{id}/abort") { [abort] request in
                Self.answer(abort(request.parameters["id"] ?? ""))
            },
            Route(.post, "/api/v1/stations/{id}/start") { [act] request in
                Self.answer(act(request.parameters["id"] ?? "", .start))
            },
            Route(.post, "/api/v1/stations/{id}/retest") { [act] request in
                Self.answer(act(request.parameters["id"] ?? "", .retest))
            },
            Route(.post, "/api/v1/stations/{id}/acknowledge") { [act] request in
                Self.answer(act(request.parameters["id"] ?? "", .acknowledge))
            },
        ]
    }

    private static func scan(
        _ request: HTTPRequest, into scan: (_ station: String, _ text: String) -> ScanReceipt
    ) -> HTTPResponse {
        // Of the types that a page may send elsewhere without asking first, none is JSON (Fetch standard,
        // "CORS-safelisted request-header").
        let type = request.header("content-type")?.lowercased() ?? ""
        guard type == "application/json" || type.hasPrefix("application/json;") else {
            return .problem(415, "Unsupported Media Type", "send application/json")
        }
        let document: JSONValue
        do {
            document = try JSONParser.parse(request.body)
        } catch {
            return .problem(400, "Bad Request", "the body is not JSON: \(error.description)")
        }
        guard let text = document["text"]?.text, !text.isEmpty, text.utf8.count <= longestScan else {
            return .problem(
                400, "Bad Request", "send {\"text\": …} with 1 to \(longestScan) bytes of scanned text")
        }
        return answer(scan(request.parameters["id"] ?? "", text))
    }

    private static func answer(_ receipt: ScanReceipt) -> HTTPResponse {
        switch receipt {
        case .taken:
            return .json(["taken": true], status: 202)
        case .unknownStation:
            return .problem(404, "Not Found", "no such station; /api/v1/stations lists them")
        case .busy(let reason):
            return .problem(503, "Service Unavailable", reason, headers: [("Retry-After", "1")])
        }
    }

    private static func answer(_ checks: [HealthCheck]) -> HTTPResponse {
        let isGood = checks.allSatisfy(\.isGood)
        let isDegraded = checks.contains(where: \.isDegraded)
        let list = checks.map { check -> JSONValue in
            [
                "name": .string(check.name), "ok": .bool(check.isGood && !check.isDegraded),
                "detail": .string(check.detail),
            ]
        }
        return .json(
            ["status": .string(isGood ? isDegraded ? "degraded" : "ok" : "failing"), "checks": .array(list)],
            status: isGood ? 200 : 503)
    }

    private static func families(of tally: EventHub.Tally) -> [MetricFamily] {
        [
            MetricFamily(
                "plumbline_page_clients", .gauge, help: "Station pages that are open now.",
                Double(tally.subscribers)),
            MetricFamily(
                "plumbline_page_events_total", .counter, help: "Events published to station pages.",
                Double(tally.published)),
            MetricFamily(
                "plumbline_page_clients_dropped_total", .counter,
                help: "Station pages cut off because they read too slowly.", Double(tally.dropped)),
            MetricFamily(
                "plumbline_page_clients_refused_total", .counter,
                help: "Station pages refused because too many were open.", Double(tally.refused)),
            MetricFamily(
                "plumbline_page_states_unkept_total", .counter,
                help: "Station states not kept for later pages because there were too many stations.",
                Double(tally.unkept)),
        ]
    }
}
