import Codecs
import Gateway
import Linux
import Testing

/// The hub without a network: what a client gets first, after a gap, and when it is too slow.
struct EventHubTests {
    private func frames(_ subscription: EventSubscription?, bytes: Int = 1 << 20) throws -> String {
        let subscription = try #require(subscription)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
        defer { buffer.deallocate() }
        var text = ""
        while case .bytes(let count) = subscription.read(into: buffer, park: {}) {
            text += String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return text
    }

    @Test func aNewClientGetsTheLatestStateOfEachStationInOrder() throws {
        let hub = EventHub(epoch: 0xAB)
        hub.publish(event: "station", key: "one", ["n": 1])
        hub.publish(event: "station", key: "two", ["n": 2])
        hub.publish(event: "station", key: "one", ["n": 3])
        hub.publish(event: "note", ["n": 4])
        let opening = try frames(hub.subscribe(after: nil, wake: {}))
        #expect(
            opening == """
                retry: 1000
                event: hello
                data: {"resumed":false}

                id: ab-2
                event: station
                data: {"n":2}

                id: ab-3
                event: station
                data: {"n":3}


                """)
    }

    @Test func aReturningClientGetsWhatItMissed() throws {
        let hub = EventHub(epoch: 0xAB)
        hub.publish(event: "station", key: "two", ["n": 0])
        for number in 1...19 { hub.publish(event: "station", key: "one", ["n": .number(Int64(number))]) }
        let text = try frames(hub.subscribe(after: "ab-12", wake: {}))
        let missed = text.split(separator: "\n").filter { $0.hasPrefix("data: {\"n\"") }
        #expect(missed == ["data: {\"n\":19}"], "not what had not changed since")
        let nothing = try frames(hub.subscribe(after: "ab-14", wake: {}))
        #expect(nothing == "retry: 1000\nevent: hello\ndata: {\"resumed\":true}\n\n")
    }

    /// Ids of another run, of the future or none at all: the present state, never a guess.
    @Test(arguments: ["ac-3", "ab-ffffffffffffffff", "ab-6", "", "-", "ab", "x-y", "ab-4-4", "AB 4"])
    func anIdThatCannotBeResumedGetsThePresentState(id: String) throws {
        let hub = EventHub(epoch: 0xAB)
        for number in 1...5 { hub.publish(event: "station", key: "one", ["n": .number(Int64(number))]) }
        let text = try frames(hub.subscribe(after: id, wake: {}))
        #expect(text.contains("\"resumed\":false"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("data: {\"n\"") } == ["data: {\"n\":5}"])
    }

    /// Most of the time nobody looks. Seen failing where each event was put into bytes at once.
    @Test func whatNobodySeesIsNeverMade() throws {
        let hub = EventHub(epoch: 1)
        let made = Guarded(0)
        let value: @Sendable () -> JSONValue = {
            made.withLock { $0 += 1 }
            return ["n": 1]
        }
        for _ in 1...10 { hub.publish(event: "station", key: "one", value()) }
        #expect(made.withLock { $0 } == 0)
        let (first, second) = (hub.subscribe(after: nil, wake: {}), hub.subscribe(after: nil, wake: {}))
        #expect(made.withLock { $0 } == 1, "the last one, once for both")
        hub.publish(event: "station", key: "one", value())
        #expect(made.withLock { $0 } == 2)
        #expect(try frames(first) == frames(second))
    }

    @Test(arguments: 1...40)
    func anyBufferSizeGivesTheSameBytes(bytes: Int) throws {
        let hub = EventHub(epoch: 1)
        let subscription = hub.subscribe(after: nil, wake: {})
        hub.publish(event: "station", key: "one", ["text": "Müller"])
        hub.beat()
        let all = try #require(subscription)
        var collected: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
        defer { buffer.deallocate() }
        while case .bytes(let count) = all.read(into: buffer, park: {}) { collected += buffer.prefix(count) }
        #expect(
            String(decoding: collected, as: UTF8.self)
                == "retry: 1000\nevent: hello\ndata: {\"resumed\":false}\n\n"
                + "id: 1-1\nevent: station\ndata: {\"text\":\"Müller\"}\n\n"
                + ": beat\nevent: beat\ndata: {}\n\n")
    }

    @Test func aClientThatReadsTooSlowlyIsDroppedAndTheOthersStay() throws {
        var bounds = EventHub.Bounds()
        bounds.subscription.events = 10
        let hub = EventHub(epoch: 1, bounds: bounds)
        let opened = hub.subscribe(after: nil, wake: {})
        let slow = try #require(opened)
        let quick = hub.subscribe(after: nil, wake: {})
        for number in 1...30 {
            hub.publish(event: "station", key: "one", ["n": .number(Int64(number))])
            let text = try frames(quick)
            #expect(text.hasSuffix("data: {\"n\":\(number)}\n\n"))
        }
        #expect(hub.tally.dropped == 1)
        #expect(hub.tally.subscribers == 1)
        let reading = slow.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0), park: {})
        #expect(reading == .over)
    }

    @Test func aQueueIsBoundedInBytesToo() {
        var bounds = EventHub.Bounds()
        bounds.subscription.bytes = 1000
        let hub = EventHub(epoch: 1, bounds: bounds)
        let slow = hub.subscribe(after: nil, wake: {})
        hub.publish(event: "station", key: "one", .string(String(repeating: "x", count: 400)))
        #expect(hub.tally.dropped == 0)
        hub.publish(event: "station", key: "one", .string(String(repeating: "x", count: 600)))
        #expect(hub.tally.dropped == 1)
        #expect(slow != nil)
    }

    @Test func keysAndClientsAreBoundedVisibly() throws {
        var bounds = EventHub.Bounds()
        (bounds.keys, bounds.subscribers) = (2, 1)
        let hub = EventHub(epoch: 1, bounds: bounds)
        for key in ["a", "b", "c"] { hub.publish(event: "station", key: key, ["key": .string(key)]) }
        #expect(hub.tally.unkept == 1)
        let first = hub.subscribe(after: nil, wake: {})
        let second = hub.subscribe(after: nil, wake: {})
        #expect(second == nil)
        #expect(hub.tally.refused == 1)
        hub.unsubscribe(try #require(first))
        let third = hub.subscribe(after: nil, wake: {})
        #expect(third != nil)
    }

    @Test func aParkedClientIsWokenOnceByTheNextEvent() throws {
        let woken = Count()
        let hub = EventHub(epoch: 1)
        let opened = hub.subscribe(after: nil, wake: { woken.add() })
        let subscription = try #require(opened)
        _ = try frames(subscription)
        #expect(woken.value == 0)
        hub.publish(event: "station", ["n": 1])
        hub.publish(event: "station", ["n": 2])
        #expect(woken.value == 1)
        hub.close()
        #expect(woken.value == 1)
        let late = hub.subscribe(after: nil, wake: {})
        #expect(late == nil)
    }
}

/// A number that several threads may raise.
final class Count: Sendable {
    private let counted = Guarded(0)

    var value: Int { counted.withLock { $0 } }

    func add() { counted.withLock { $0 += 1 } }
}
