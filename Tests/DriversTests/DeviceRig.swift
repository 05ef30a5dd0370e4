import Codecs
import Drivers
import Foundation
import Inspection
import Metrology
import Profiles
import Testing

/// One device of a shipped profile on a line in memory, running, with everything that it says.
final class DeviceRig {
    let line: InMemoryLine
    let device: ModbusDevice
    let journal = WritingBook()
    private let tape = EventTape()
    private var wakeUps: AsyncStream<Void>.Iterator
    private let clock: SteppedClock
    private var writes: AsyncStream<ModbusRequest>.Iterator
    private let work: Task<Void, any Error>

    /// A device of a shipped profile, changed by `edit`, with `addition` at its end.
    convenience init(
        _ profile: String, adding addition: String = "", taken: HandshakeMachine.Taken? = nil,
        stepMilliseconds: Int64 = 100, edit: (String) -> String = { $0 }
    ) async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "DeviceProfiles/\(profile).yaml")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        try await self.init(text: edit(text) + addition, taken: taken, stepMilliseconds: stepMilliseconds)
    }

    /// A device with these `limits`, `requests`, `points` and the like.
    convenience init(body: String, stepMilliseconds: Int64 = 100) async throws {
        let head = "profile: p\nrevision: 1\nmanufacturer: m\nmodel: m\nprotocol: modbus\nsource: test\n"
        try await self.init(text: head + body, taken: nil, stepMilliseconds: stepMilliseconds)
    }

    private init(text: String, taken: HandshakeMachine.Taken?, stepMilliseconds: Int64) async throws {
        let faults = FaultCollector()
        let source = SourceFile(path: "profile.yaml", bytes: Array(text.utf8))
        let registers = try #require(
            DeviceProfile.read(source, faults: faults)?.registers, "\(faults.sorted)")
        let clock = SteppedClock(stepMilliseconds: stepMilliseconds)
        self.clock = clock
        let tape = tape
        line = InMemoryLine(clock: clock)
        device = ModbusDevice(
            ModbusDeviceSetup(id: "D-1", registers: registers, unit: 1, provenance: .live, taken: taken),
            link: line, time: clock, tell: { tape.add($0) },
            journal: { [journal] in await journal.enter($0) }, pause: { try await clock.pause($0) })
        wakeUps = tape.wakeUps.makeAsyncIterator()
        writes = line.writes.makeAsyncIterator()
        let device = device
        work = Task { try await device.run() }
        await line.waitForStart()
    }

    deinit { work.cancel() }

    /// Everything that the device has said.
    var events: [DeviceEvent] { tape.events }

    /// Waits until `condition` holds for what the device has said.
    func listen(until condition: () -> Bool) async {
        while !condition(), await wakeUps.next() != nil {}
        // What the device does in one go is over when it answers a question.
        _ = await device.status
    }

    /// Polls once and waits until the device is through with what came of each of these polls.
    func pollAndListen(_ ids: [Int]) async {
        let before = clock.now()
        line.poll(ids)
        await listen { batchStamps.count { $0.utc > before.utc } >= ids.count }
    }

    /// Polls everything once and waits for the values of so many requests.
    func pollAndListen(count: Int) async {
        let before = clock.now()
        line.poll()
        await listen { batchStamps.count { $0.utc > before.utc } >= count }
    }

    /// Waits until the device has said `count` times, from the beginning, that it is there, or is not.
    func listen(forReach isOnline: Bool, count: Int = 1) async {
        await listen { reaches.count { $0 == isOnline } >= count }
    }

    /// Waits until the device has told so many results, from the beginning.
    func listen(forResults count: Int) async { await listen { results.count >= count } }

    /// Reads points anew, as for a record.
    func gauge(_ points: [String], patience: Duration) async -> [String: Sample] {
        await device.reading(of: points, patience: patience)
    }

    /// Starts a step; nil where the device took it.
    func start(_ setPoints: [SetPoint], author: WriteAuthor? = nil) async -> StartFailure? {
        await withCheckedContinuation { answer in
            device.submit(
                .start(
                    token: "C0000009", setPoints: setPoints, author: author,
                    answer: { answer.resume(returning: $0) }))
        }
    }

    /// Returns when every order before is carried out and entered.
    func settle() async { _ = await gauge([], patience: .zero) }

    /// Waits until the device has said so many irregular things, from the beginning.
    func listen(forIrregularities count: Int) async { await listen { irregularities.count >= count } }

    /// The next request that writes.
    func nextWrite() async -> ModbusRequest? { await writes.next() }

    var results: [SampleGroup] {
        events.compactMap { event in
            guard case .result(let group) = event else { return nil }
            return group
        }
    }

    var identities: [DeviceIdentity] {
        events.compactMap { event in
            guard case .identity(let identity) = event else { return nil }
            return identity
        }
    }

    var reaches: [Bool] {
        events.compactMap { event in
            guard case .reach(let isOnline, _) = event else { return nil }
            return isOnline
        }
    }

    var restarts: [String] {
        events.compactMap { event in
            guard case .restarted(let text, _) = event else { return nil }
            return text
        }
    }

    var irregularities: [String] {
        events.compactMap { event in
            switch event {
            case .irregular(let text): return text
            case .noticed(let notice): return "D-1: \(notice.text)"
            default: return nil
            }
        }
    }

    /// When the exchanges came that samples were made of; no two have the same stamp.
    private var batchStamps: [Stamp] {
        events.compactMap { event in
            guard case .samples(let samples) = event else { return nil }
            return samples.first?.stamp
        }
    }

    /// Everything that was told of a point.
    func samples(_ point: String) -> [Sample] {
        events.flatMap { event -> [Sample] in
            guard case .samples(let samples) = event else { return [] }
            return samples.filter { $0.point == point }
        }
    }

    /// The newest sample of a point that was told.
    func last(_ point: String) -> Sample? {
        events.reversed().lazy.compactMap { event -> Sample? in
            guard case .samples(let samples) = event else { return nil }
            return samples.last { $0.point == point }
        }.first
    }
}

extension ModbusDevice {
    /// Has these points read anew, as for a record.
    nonisolated func reading(of points: [String], patience: Duration) async -> [String: Sample] {
        await withCheckedContinuation { answer in
            submit(.gauge(points: points, patience: patience, answer: { answer.resume(returning: $0) }))
        }
    }
}

/// A ledger that keeps what is entered, until it fails.
final class WritingBook: @unchecked Sendable {
    // Safety: all of them are guarded by `lock`.
    private let lock = NSLock()
    private var kept: [DeviceWriting] = []
    private var hasFailed = false
    private var isHeld = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter(_ writing: DeviceWriting) async -> Bool {
        await withCheckedContinuation { continuation in
            let waits = lock.withLock {
                if isHeld { waiting.append(continuation) }
                return isHeld
            }
            if !waits { continuation.resume() }
        }
        return lock.withLock {
            guard !hasFailed else { return false }
            kept.append(writing)
            return true
        }
    }

    func fail() { lock.withLock { hasFailed = true } }

    /// From now on nothing becomes durable until `release`.
    func hold() { lock.withLock { isHeld = true } }

    func release() {
        let waiting = lock.withLock {
            defer { (isHeld, self.waiting) = (false, []) }
            return self.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    var entries: [DeviceWriting] { lock.withLock { kept } }
}

/// What a device has said, in order.
private final class EventTape: @unchecked Sendable {
    // Safety: `said` is guarded by `lock`.
    let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let lock = NSLock()
    private var said: [DeviceEvent] = []

    init() { (wakeUps, wake) = AsyncStream.makeStream() }

    func add(_ event: DeviceEvent) {
        lock.withLock { said.append(event) }
        wake.yield()
    }

    var events: [DeviceEvent] { lock.withLock { said } }
}

/// Register contents of the devices, as their profiles describe them.
enum Registers {
    /// Result block of the bench: delivery 126.8 (42FD 999A), return 40.25, 160 MPa, 40 °C, 1000 strokes a
    /// minute.
    static func benchResult(_ sequence: UInt16, end: UInt16? = nil, echo: String = "C0000009") -> [UInt16] {
        let text = Array(echo.utf8)
        let words = stride(from: 0, to: 8, by: 2).map { UInt16(text[$0]) << 8 | UInt16(text[$0 + 1]) }
        return [sequence, 1, 2, 100] + words + [
            0x42FD, 0x999A, 0x4221, 0x0000, 0x4320, 0x0000, 0x4220, 0x0000, 0x03E8, end ?? sequence,
        ]
    }

    /// The reply to a read of that block.
    static func benchReply(_ sequence: UInt16) -> [UInt8] {
        [3, 36] + benchResult(sequence).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    static let resultBlock: UInt16 = 0x0100
    static let acknowledged: UInt16 = 521
}
