import Codecs
import Gateway
import Testing

/// Server-sent events over a real connection.
struct EventStreamTests {
    private func open(_ bench: WebBench, after id: String? = nil, buffer: Int32? = nil) throws -> WireClient {
        let client = try WireClient(port: bench.port, receiveBuffer: buffer)
        let resume = id.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        client.send("GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\(resume)\r\n")
        return client
    }

    @Test func aPageSeesThePresentStateAndThenEachEventAndTheBeat() throws {
        let bench = try WebBench()
        bench.hub.publish(event: "station", key: "flow-test-1", ["n": 1])
        let page = try open(bench)
        #expect(page.waits(for: "id: 5eed-1\nevent: station\ndata: {\"n\":1}\n\n"))
        #expect(page.received.status == 200)
        #expect(page.received.contains("\r\nContent-Type: text/event-stream\r\n"))
        bench.hub.publish(event: "station", key: "flow-test-1", ["n": 2])
        #expect(page.waits(for: "id: 5eed-2\nevent: station\ndata: {\"n\":2}\n\n"))
        bench.hub.beat()
        #expect(page.waits(for: ": beat\nevent: beat\ndata: {}\n\n"))
    }

    @Test func aPageThatComesBackResumesWhereItWas() throws {
        let bench = try WebBench()
        for number in 1...5 {
            bench.hub.publish(event: "station", key: "s\(number)", ["n": .number(Int64(number))])
        }
        let page = try open(bench, after: "5eed-3")
        #expect(page.waits(for: "id: 5eed-5\n"))
        #expect(page.received.contains("\"resumed\":true"))
        #expect(page.received.contains("id: 5eed-4\n"))
        #expect(!page.received.contains("id: 5eed-3\n"))
    }

    @Test func aPageThatDoesNotReadIsDroppedAndHoldsNobodyUp() throws {
        let bench = try WebBench()
        let slow = try open(bench, buffer: 4096)
        let quick = try open(bench)
        #expect(slow.waits(for: "retry: 1000"))
        #expect(quick.waits(for: "retry: 1000"))
        let large = String(repeating: "x", count: 20_000)
        // More than the queue, libmicrohttpd's buffer and the kernel's largest send buffer hold together.
        for number: Int64 in 1...2_000 where bench.hub.tally.dropped == 0 {
            bench.hub.publish(event: "station", key: "s", ["n": .number(number), "x": .string(large)])
            quick.forget()
            try #require(quick.waits(for: "id: 5eed-\(String(number, radix: 16))\n"))
        }
        #expect(bench.hub.tally.dropped == 1)
        #expect(bench.hub.tally.subscribers == 1)
    }

    @Test func pagesThatVanishAreForgottenAtTheNextBeats() throws {
        let bench = try WebBench()
        do {
            let pages = try (0..<10).map { _ in try open(bench) }
            for page in pages { #expect(page.waits(for: "retry: 1000")) }
            #expect(bench.hub.tally.subscribers == 10)
        }
        // The first write after the end is answered by a reset, the second fails.
        var beats = 0
        while bench.hub.tally.subscribers > 0, beats < 100_000 {
            bench.hub.beat()
            beats += 1
            #expect(try bench.answer("GET /healthz HTTP/1.1", "Host: a").status == 200)
        }
        #expect(bench.hub.tally.subscribers == 0)
    }

    @Test func stoppingEndsOpenStreams() throws {
        let bench = try WebBench()
        let pages = try (0..<20).map { _ in try open(bench) }
        for page in pages { #expect(page.waits(for: "retry: 1000")) }
        bench.server.stop()
        for page in pages { #expect(page.rest().contains("retry: 1000")) }
        #expect(bench.hub.tally.subscribers == 0)
    }

    /// Publishing, opening, leaving and stopping all at once; the thread sanitizer looks on in its own run.
    @Test func manyPagesComeAndGoWhileEventsFlow() async throws {
        let bench = try WebBench()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for number: Int64 in 1...500 {
                    bench.hub.publish(event: "station", key: "s", ["n": .number(number)])
                    await Task.yield()
                }
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<25 {
                        let page = try open(bench)
                        #expect(page.waits(for: "retry: 1000"))
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        bench.server.stop()
        #expect(bench.hub.tally.subscribers == 0)
        #expect(bench.hub.tally.published == 500)
    }
}
