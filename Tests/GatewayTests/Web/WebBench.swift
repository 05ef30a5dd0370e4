import Codecs
import Gateway
import Testing

/// A web server on a free port with the routes of the product over small fixed answers.
final class WebBench: Sendable {
    let hub: EventHub
    let server: WebServer
    let port: UInt16

    /// `silentSeconds` is the patience with silent clients; the product's where it is not given.
    init(silentSeconds: Int? = nil) throws {
        hub = EventHub(epoch: 0x5EED)
        var limits = WebLimits()
        if let silentSeconds { limits.silentSeconds = silentSeconds }
        let routes = WebRoutes(
            hub: hub,
            stations: { [["station": "flow-test-1"]] },
            devices: { [["id": "FTS-001", "state": "online"]] },
            status: { ["version": "0.1.0"] },
            metrics: { [MetricFamily("plumbline_reads_total", .counter, help: "Reads.", 7)] },
            health: { [HealthCheck("ledger", isGood: true, detail: "verified")] },
            readiness: {
                [HealthCheck("ledger", isGood: false, detail: "the disk is full: free some space")]
            },
            scan: { station, text in
                if text == "BUSY" { return .busy("the station is starting: scan again") }
                return station == "flow-test-1" ? .taken : .unknownStation
            })
        server = WebServer(host: "127.0.0.1", port: 0, routes: routes.all, limits: limits, log: { _ in })
        try server.start()
        port = try #require(server.port)
    }

    deinit { server.stop() }

    /// The whole answer to `request`, whose lines are given without their ends; the connection is closed.
    func answer(_ lines: String..., body: String = "") throws -> String {
        let client = try WireClient(port: port)
        client.send((lines + ["Connection: close", "", body]).joined(separator: "\r\n"))
        return client.rest()
    }

    /// The answer to a POST of `body` from our own page, with `changes` to its header fields (nil: left out).
    func post(_ path: String, _ body: String, changes: [String: String?] = [:]) throws -> String {
        var fields: [String: String?] = [
            "Host": "127.0.0.1:\(port)", "Origin": "http://127.0.0.1:\(port)",
            "Content-Type": "application/json", "Content-Length": "\(body.utf8.count)",
        ]
        for (name, value) in changes { fields[name] = .some(value) }
        let lines = fields.compactMap { name, value in value.map { "\(name): \($0)" } }
        let client = try WireClient(port: port)
        let head = ["POST \(path) HTTP/1.1"] + lines + ["Connection: close", "", body]
        client.send(head.joined(separator: "\r\n"))
        return client.rest()
    }
}

extension String {
    /// The status code of an HTTP answer; nil where this is none.
    var status: Int? {
        hasPrefix("HTTP/1.1 ") ? Int(dropFirst(9).prefix(3)) : nil
    }

    /// What follows the header fields of an HTTP answer.
    var httpBody: String {
        split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first.map(
            String.init)
            ?? ""
    }
}
