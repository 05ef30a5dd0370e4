import Codecs
import Glibc
import Linux
import Metrology
import Testing
import Transports

@testable import Gateway

/// Traffic on its way from a line's thread into a file and to whoever looks.
@Suite(.timeLimit(.minutes(10))) struct TrafficDeskTests {
    private let line = "modbus+tcp://10.0.0.5:502"
    /// A request for one register and its reply, from the example of Messaging on TCP/IP V1.0b, clause 4.4.
    private let request: [UInt8] = [0, 1, 0, 0, 0, 6, 0xFF, 3, 0, 5, 0, 1]
    private let reply: [UInt8] = [0, 1, 0, 0, 0, 5, 0xFF, 3, 2, 0x12, 0x34]

    private func piece(_ bytes: [UInt8], sent: Bool = false, at nanoseconds: Int64 = 7) -> LinkTraffic {
        LinkTraffic(
            link: line, direction: sent ? .sent : .received, bytes: bytes,
            stamp: Stamp(utc: Timestamp(nanoseconds: nanoseconds), monotonicNanoseconds: nanoseconds))
    }

    private static func path() -> String {
        "/tmp/plumbline-desk-\(getpid())-\(UInt32.random(in: 0 ... .max)).pcapng"
    }

    /// The types of the blocks of a pcapng file.
    private static func blocks(_ path: String) throws -> [UInt32] {
        let file = Descriptor(owning: open(path, O_RDONLY))
        let bytes = try file.read(upTo: 1 << 20)
        var (types, start): ([UInt32], Int) = ([], 0)
        func word(_ at: Int) -> UInt32 {
            (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
        }
        while start < bytes.count {
            types.append(word(start))
            start += Int(word(start + 4))
        }
        #expect(start == bytes.count)
        return types
    }

    @Test func whatPassesALineIsInTheFileWhenTheDeskStops() throws {
        let path = Self.path()
        defer { unlink(path) }
        let tap = LinkTap()
        let desk = try TrafficDesk(tap: tap, recordingTo: path, time: SystemTime(), complain: { _ in })
        #expect(tap.isWatched)
        tap.show(piece(request, sent: true))
        tap.show(piece(Array(reply.prefix(4))))
        tap.show(piece(Array(reply.dropFirst(4))))
        desk.stop()
        #expect(!tap.isWatched)
        // Section, interface, two frames, statistics.
        #expect(try Self.blocks(path) == [0x0A0D_0D0A, 1, 6, 6, 5])
    }

    @Test func aCaptureIsContinuedBehindItsLastWholeBlock() throws {
        let path = Self.path()
        defer { unlink(path) }
        for _ in 0..<2 {
            let file = try CaptureFile(path)
            try file.write([CapturedFrame(isSent: true, nanoseconds: 1, bytes: request)], of: line)
            // What a crash leaves: the beginning of a block.
            let torn = Descriptor(owning: open(path, O_WRONLY | O_APPEND))
            try torn.write([6, 0, 0, 0, 100, 0, 0, 0, 1])
        }
        try CaptureFile(path).close(at: 2)
        #expect(try Self.blocks(path) == [0x0A0D_0D0A, 1, 6, 0x0A0D_0D0A, 1, 6, 0x0A0D_0D0A])
    }

    @Test func anotherKindOfFileIsLeftAlone() throws {
        let path = Self.path()
        defer { unlink(path) }
        let text = Array("site: plant-1, and what else people keep in files\n".utf8)
        try Descriptor(owning: open(path, O_WRONLY | O_CREAT, 0o600)).write(text)
        #expect(throws: GatewayError.self) { try CaptureFile(path) }
        #expect(try Descriptor(owning: open(path, O_RDONLY)).read(upTo: 4_096) == text)
        #expect(throws: GatewayError.self) { try CaptureFile("/no/such/directory/x.pcapng") }
    }

    @Test func whoeverLooksSeesTheFramesOfThatLineAlone() async throws {
        let tap = LinkTap()
        let desk = try TrafficDesk(tap: tap, recordingTo: nil, time: SystemTime(), complain: { _ in })
        #expect(!tap.isWatched)
        let hub = try #require(desk.events(ofLine: line))
        #expect(tap.isWatched)
        let (woken, wake) = AsyncStream<Void>.makeStream()
        let subscribed = hub.subscribe(after: nil, wake: { wake.yield() })
        let subscription = try #require(subscribed)
        tap.show(
            LinkTraffic(
                link: "modbus+tcp://10.0.0.6:502", direction: .sent, bytes: request,
                stamp: piece([]).stamp))
        tap.show(piece(request, sent: true))
        tap.show(piece(reply, at: 8))
        var reader = EventReader()
        var frames: [CapturedFrame] = []
        var wakes = woken.makeAsyncIterator()
        while frames.count < 2 {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let reading = buffer.withUnsafeMutableBytes { subscription.read(into: $0, park: {}) }
            guard case .bytes(let count) = reading else {
                _ = await wakes.next()
                continue
            }
            for event in reader.take(Array(buffer.prefix(count))) where event.event == "frames" {
                frames += (event.document["frames"]?.elements ?? []).compactMap(CapturedFrame.init)
            }
        }
        #expect(
            frames == [
                CapturedFrame(isSent: true, nanoseconds: 7, bytes: request),
                CapturedFrame(isSent: false, nanoseconds: 8, bytes: reply),
            ])
        hub.unsubscribe(subscription)
        desk.stop()
    }

    @Test func aQueueThatIsFullCountsWhatItLeavesOut() throws {
        let queue = TrafficQueue()
        let large = piece(Array(repeating: 0, count: 1 << 20))
        for _ in 0..<20 { queue.put(large) }
        let batch = try #require(queue.take(withinMilliseconds: 0))
        #expect(batch.pieces.count == 16)
        #expect(batch.dropped == [line: 4])
        queue.end()
        let rest = queue.take(withinMilliseconds: 0)
        #expect(rest == nil)
    }
}
