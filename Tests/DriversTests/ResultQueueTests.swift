import Codecs
import Drivers
import Inspection
import Metrology
import Testing

/// A tester that keeps its results in a FIFO, low byte and low word first.
@Suite(.timeLimit(.minutes(1))) struct ResultQueueTests {
    private static let realTime = 0
    private static let entry: UInt16 = 0x0300
    private static let removal = ModbusRequest.writeCoil(address: 2, on: true)
    private static let release = ModbusRequest.writeCoil(address: 2, on: false)

    /// Words of the manual's table, each with its low byte first: program 3, passed, 0.512 bar, `leak`/1000
    /// mm³/s.
    private func words(leak: UInt16) -> [UInt16] {
        [0x0200, 0x0200, 0x0100, 0x0000, 0x0002, 0, 0xF82A, 0, leak.byteSwapped, 0, 0xB80B, 0]
    }

    private func wait(_ line: InMemoryLine, _ count: UInt16) { line.set(0x0031, [count.byteSwapped]) }

    private func leaks(_ rig: DeviceRig) -> [String?] {
        rig.results.map { $0.samples["leak"]?.value?.description }
    }

    @Test func aResultThatWaitsIsTakenOnceAndRemovedOnlyWhenItIsDurable() async throws {
        let rig = try await DeviceRig("ateq-f6")
        rig.line.poll([Self.realTime])
        await rig.listen(forReach: true)
        rig.line.set(Self.entry, words(leak: 1_250))
        wait(rig.line, 1)
        for _ in 0..<3 { await rig.pollAndListen([Self.realTime]) }
        await rig.listen(forResults: 1)
        #expect(leaks(rig) == ["1.250"])
        #expect(rig.results.first?.samples["leak"]?.unit?.code == "mm3/s")
        #expect(rig.results.first?.samples["outcome"]?.value == .text("pass"))
        #expect(!rig.line.requests.contains(Self.removal), "it is not durable yet")
        rig.device.submit(.acknowledge(try #require(rig.results.first)))
        #expect(await rig.nextWrite() == Self.removal)
        #expect(await rig.nextWrite() == Self.release, "the coil is a pulse")
    }

    @Test func allThatWaitAreTakenOneAfterAnother() async throws {
        let rig = try await DeviceRig("ateq-f6")
        rig.line.poll([Self.realTime])
        await rig.listen(forReach: true)
        for (number, leak) in [UInt16(100), 100, 300].enumerated() {
            rig.line.set(Self.entry, words(leak: leak))
            wait(rig.line, UInt16(3 - number))
            rig.line.poll([Self.realTime])
            await rig.listen(forResults: number + 1)
            rig.device.submit(.acknowledge(try #require(rig.results.last)))
            for _ in 0..<2 { _ = await rig.nextWrite() }
            await rig.settle()
        }
        #expect(leaks(rig) == ["0.100", "0.100", "0.300"])
        #expect(rig.results.map(\.sequence) == ["1", "2", "3"])
    }

    @Test func aShortReplyIsNotTaken() async throws {
        let rig = try await DeviceRig("ateq-f6")
        rig.line.poll([Self.realTime])
        await rig.listen(forReach: true)
        rig.line.set(Self.entry, words(leak: 1_250))
        wait(rig.line, 1)
        rig.line.cutReads(of: Self.entry, 1)
        await rig.pollAndListen([Self.realTime])
        #expect(rig.results.isEmpty)
        await rig.pollAndListen([Self.realTime])
        await rig.listen(forResults: 1)
        #expect(leaks(rig) == ["1.250"])
    }

    @Test func aFullMemoryIsTold() async throws {
        let rig = try await DeviceRig("ateq-f6")
        rig.line.poll([Self.realTime])
        await rig.listen(forReach: true)
        wait(rig.line, 8)
        for _ in 0..<2 { await rig.pollAndListen([Self.realTime]) }
        #expect(rig.irregularities.count { $0.contains("8 results wait, as many as it holds") } == 1)
    }

    /// A full memory lets its oldest result go for the newest: what is removed then would be another one.
    @Test func anEntryThatIsNoLongerTheOldestIsNotRemoved() async throws {
        let rig = try await DeviceRig("ateq-f6")
        rig.line.poll([Self.realTime])
        await rig.listen(forReach: true)
        rig.line.set(Self.entry, words(leak: 100))
        wait(rig.line, 8)
        rig.line.poll([Self.realTime])
        await rig.listen(forResults: 1)
        rig.line.set(Self.entry, words(leak: 200))
        rig.device.submit(.acknowledge(try #require(rig.results.first)))
        await rig.settle()
        #expect(!rig.line.requests.contains(Self.removal))
        #expect(rig.irregularities.last?.contains("left the device's memory before it was removed") == true)
        rig.line.poll([Self.realTime])
        await rig.listen(forResults: 2)
        #expect(leaks(rig) == ["0.100", "0.200"])
    }

    @Test func afterACrashTheDurableResultIsRemovedAndNotToldAgain() async throws {
        let words = words(leak: 1_250) + [UInt16](repeating: 0, count: 28)
        let raw: [UInt8] = [3, 80] + words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let rig = try await DeviceRig("ateq-f6", taken: .init(sequence: 7, raw: raw))
        rig.line.set(Self.entry, words)
        wait(rig.line, 1)
        rig.line.poll([Self.realTime])
        #expect(await rig.nextWrite() == Self.removal)
        await rig.settle()
        #expect(rig.results.isEmpty)
    }

    /// `01 10 02 00 00 01 02 02 00 84 F0` of the manual: program 3 is sent as 2, low byte first.
    @Test func theProgramIsWrittenAsTheManualSaysAndTheStartIsACoilPulse() async throws {
        let rig = try await DeviceRig("ateq-f6")
        rig.line.poll([Self.realTime])
        await rig.listen(forReach: true)
        rig.line.mirror(0x0200, at: 0x0202)
        #expect(await rig.start([SetPoint(point: "set_program", value: 3)]) == nil)
        let writes = rig.line.requests.filter { !$0.isRead }
        #expect(
            writes == [
                .writeRegisters(address: 0x0200, values: [0x0200]), .writeCoil(address: 1, on: true),
                .writeCoil(address: 1, on: false),
            ])
        let frame = ModbusRTUFrame(unit: 1, pdu: try writes[0].pdu())
        #expect(Hex.text(frame.bytes) == "01100200000102020084f0")
    }
}
