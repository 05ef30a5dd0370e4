import Codecs
import Gateway
import Testing

/// Raw bytes against the server: what it answers, and that nothing harms it.
struct WebServerTests {
    private let bench: WebBench

    init() throws { bench = try WebBench() }

    @Test(arguments: [
        ("/", "text/html"), ("/station.css", "text/css"), ("/station.js", "text/javascript"),
        ("/view.js", "text/javascript"), ("/curve.js", "text/javascript"), ("/shapes.js", "text/javascript"),
        ("/sound.js", "text/javascript"),
        ("/icon.svg", "image/svg+xml"), ("/metrics", "text/plain; version=0.0.4"),
        ("/api/v1/stations", "application/json"), ("/api/v1/devices", "application/json"),
        ("/api/v1/status", "application/json"), ("/healthz", "application/json"),
    ])
    func everyRouteAnswersWithItsTypeAndTheSecurityHeaders(path: String, type: String) throws {
        let answer = try bench.answer("GET \(path) HTTP/1.1", "Host: localhost:\(bench.port)")
        #expect(answer.status == 200)
        #expect(answer.contains("\r\nContent-Type: \(type)"))
        #expect(answer.contains("\r\nContent-Security-Policy: default-src 'self';"))
        #expect(answer.contains("\r\nX-Content-Type-Options: nosniff\r\n"))
        #expect(answer.contains("\r\nCache-Control: no-store\r\n"))
        #expect(!answer.httpBody.isEmpty)
    }

    @Test func headHasTheHeadOfGetAndNoBody() throws {
        let answer = try bench.answer("HEAD / HTTP/1.1", "Host: a")
        #expect(answer.status == 200)
        #expect(answer.contains("\r\nContent-Type: text/html"))
        #expect(answer.httpBody.isEmpty)
        let events = try bench.answer("HEAD /events HTTP/1.1", "Host: a")
        #expect(events.status == 200)
        #expect(events.contains("text/event-stream"))
        #expect(bench.hub.tally.subscribers == 0)
    }

    @Test(arguments: [
        "/nothing", "//", "/api/v1/stations/", "/api/v1/stations//scan", "/api%2Fv1%2Fstatus",
        "/station.css/", "/api/v1/stations/flow-test-1/curve", "/..%2f..%2fetc/passwd", "/../../etc/passwd",
    ])
    func unknownPathsAreNotFound(path: String) throws {
        let answer = try bench.answer("GET \(path) HTTP/1.1", "Host: a")
        #expect(answer.status == 404)
        #expect(try JSONParser.parse(answer.httpBody)["status"]?.integer == 404)
    }

    @Test(arguments: [
        ("POST", "/", "GET, HEAD"), ("DELETE", "/api/v1/stations", "GET, HEAD"),
        ("GET", "/api/v1/stations/flow-test-1/scan", "POST"), ("OPTIONS", "/api/v1/stations/x/scan", "POST"),
        ("BREW", "/metrics", "GET, HEAD"),
    ])
    func otherMethodsAreRefusedWithThoseAllowed(method: String, path: String, allowed: String) throws {
        let answer = try bench.answer("\(method) \(path) HTTP/1.1", "Host: a", "Content-Length: 0")
        #expect(answer.status == 405)
        #expect(answer.contains("\r\nAllow: \(allowed)\r\n"))
        #expect(try JSONParser.parse(answer.httpBody)["detail"]?.text == "use \(allowed)")
    }

    @Test(arguments: ["/%", "/%4", "/%zz", "/%00", "/%ff", "/%0d%0aX", "nothing", "*"])
    func wronglyEncodedPathsAreRefused(path: String) throws {
        let answer = try bench.answer("GET \(path) HTTP/1.1", "Host: a")
        #expect(answer.status == 400)
    }

    /// A body whose length two readers could understand differently (RFC 9112 section 11.2).
    @Test(arguments: [
        ["Content-Length: 5", "Transfer-Encoding: chunked"], ["Content-Length: 0", "Content-Length: 5"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], ["Transfer-Encoding: gzip"],
        ["Content-Length: +5"], ["Content-Length: 5, 5"], ["Content-Length: -1"], ["Host: b"],
    ])
    func ambiguousHeadsAreRefused(fields: [String]) throws {
        let client = try WireClient(port: bench.port)
        let lines = ["POST /api/v1/stations/flow-test-1/scan HTTP/1.1", "Host: a"] + fields
        client.send(
            lines.joined(separator: "\r\n") + "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = client.rest()
        #expect(answer.status == 400)
        // The second request would be answered 404.
        #expect(!answer.contains("HTTP/1.1 404"), "the connection was used on: \(answer)")
    }

    /// What is no HTTP at all is refused or cut off, and the next client is served.
    @Test(arguments: [
        "\r\n\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n",
        "GET /\(String(repeating: "x", count: 100_000)) HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    ])
    func malformedRequestsHarmNobody(bytes: String) throws {
        let bench = try WebBench(silentSeconds: 1)
        let client = try WireClient(port: bench.port)
        client.send(bytes)
        client.endSending()
        if let status = client.rest().status { #expect((400...505).contains(status)) }
        #expect(try bench.answer("GET /healthz HTTP/1.1", "Host: a").status == 200)
    }

    @Test func aHeadThatStopsHalfwayHarmsNobody() throws {
        let waiting = try (0..<20).map { _ in try WireClient(port: bench.port) }
        for client in waiting { client.send("GET / HTTP/1.1\r\nHos") }
        #expect(try bench.answer("GET /healthz HTTP/1.1", "Host: a").status == 200)
        for client in waiting { client.endSending() }
        for client in waiting { #expect(client.rest().status ?? 400 >= 400) }
        #expect(try bench.answer("GET /healthz HTTP/1.1", "Host: a").status == 200)
    }

    @Test func aClientThatFallsSilentIsCutOff() throws {
        let bench = try WebBench(silentSeconds: 1)
        let client = try WireClient(port: bench.port)
        client.send("GET / HTTP/1.1\r\nHos")
        #expect(client.rest().isEmpty)
    }

    @Test func aBodyAnnouncedTooLargeIsRefusedBeforeItIsSent() throws {
        let client = try WireClient(port: bench.port)
        client.send("POST /api/v1/stations/x/scan HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n")
        #expect(client.rest().status == 413)
    }

    @Test func aBodyThatTurnsOutTooLargeIsRefused() throws {
        let client = try WireClient(port: bench.port)
        let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
        client.send(
            "POST /api/v1/stations/x/scan HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + chunk + chunk + chunk + "0\r\n\r\n")
        #expect(client.rest().status == 413)
    }

    @Test func aBodyWithoutEndIsCutOff() throws {
        let client = try WireClient(port: bench.port)
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
        // Far beyond what is read and thrown away and what kernel buffers hold.
        let taken = (0..<2000).allSatisfy { _ in client.send(chunk) }
        #expect(!taken)
        #expect(try bench.answer("GET /healthz HTTP/1.1", "Host: a").status == 200)
    }

    @Test func healthSaysWhatIsWrongAndWhatToDo() throws {
        let answer = try bench.answer("GET /readyz HTTP/1.1", "Host: a")
        #expect(answer.status == 503)
        let check = try JSONParser.parse(answer.httpBody)["checks"]?.elements.first
        #expect(check?["detail"]?.text == "the disk is full: free some space")
    }

    @Test func theMetricsPagePleasesPromtool() throws {
        let answer = try bench.answer("GET /metrics HTTP/1.1", "Host: a")
        #expect(answer.httpBody.contains("\nplumbline_reads_total 7\n"))
        #expect(try Promtool.status(checking: answer.httpBody) == 0)
    }

    @Test func aPortThatIsTakenIsNamedWithWhatToDo() throws {
        let second = WebServer(host: "127.0.0.1", port: bench.port, routes: [], log: { _ in })
        let error = #expect(throws: WebError.self) { try second.start() }
        let text = error?.description ?? ""
        #expect(text.contains("port \(bench.port) is taken"))
        #expect(text.contains("set another port in web.listen"))
        #expect(second.port == nil)
    }

    @Test(arguments: ["", "shop", "256.1.1.1", "192.0.2.1"])
    func anAddressThatIsNotOursIsRefused(host: String) {
        let server = WebServer(host: host, port: 0, routes: [], log: { _ in })
        #expect(throws: WebError.self) { try server.start() }
    }

    @Test func aStoppedServerFreesItsPortAndStartsAgain() throws {
        let port = bench.port
        bench.server.stop()
        let next = WebServer(host: "127.0.0.1", port: port, routes: [], log: { _ in })
        try next.start()
        next.stop()
        try bench.server.start()
        #expect(bench.server.port != nil)
    }
}
