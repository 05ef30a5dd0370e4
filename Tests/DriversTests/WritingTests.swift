import Codecs
import Drivers
import Inspection
import Metrology
import Testing

/// What is written to a device, whether it kept it, and what the ledger is told of it.
@Suite(.timeLimit(.minutes(10))) struct WritingTests {
    private static let step = [
        SetPoint(point: "set_step", value: 2), SetPoint(point: "set_rail_pressure", value: 160),
        SetPoint(point: "set_energising_time", value: 1_700), SetPoint(point: "set_strokes", value: 100),
    ]

    @Test func everyWriteIsEnteredWithItsValuesItsAuthorAndTheOldOnes() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.set(517, [1_500])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        let author = WriteAuthor(station: "flow-test-1", cycle: "c-1", step: "full_load", inspector: "1042")
        #expect(await rig.start(Self.step, author: author) == nil)
        await rig.settle()
        let entry = try #require(rig.journal.entries.first)
        #expect(rig.journal.entries.count == 1)
        #expect(entry.device == "D-1" && entry.purpose == .start && entry.author == author)
        #expect(entry.outcome == .verified && entry.detail == nil)
        let pressure = try #require(entry.values.first { $0.point == "set_rail_pressure" })
        #expect(pressure.value == "160" && pressure.unit == "MPa")
        #expect(pressure.raw == [0x06, 0x40] && pressure.old == "150.0")
        #expect(entry.values.map(\.point).contains("command"))
    }

    /// A bench that caps a set point would measure at another one than the record says.
    @Test func aSetPointThatTheDeviceDidNotKeepFailsTheStartForGoodAndStopsIt() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.keep(517, 1_500)
        let failure = try #require(await rig.start(Self.step))
        #expect(failure.text == "D-1: set_rail_pressure was set to 160.0 and reads 150.0")
        #expect(!failure.mayTryAgain)
        #expect(rig.line.requests.last { !$0.isRead } == .writeRegisters(address: 520, values: [2]))
        await rig.settle()
        #expect(rig.journal.entries.map(\.outcome) == [.differs, .written])
        #expect(rig.journal.entries.map(\.purpose) == [.start, .stop])
    }

    @Test func aWriteThatIsRefusedOrForbiddenIsEnteredToo() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.refuseWrites(.illegalValue)
        #expect(await rig.start(Self.step)?.mayTryAgain == true)
        rig.line.refuseWrites(nil)
        let before = rig.line.requests.filter { !$0.isRead }.count
        #expect(await rig.start([SetPoint(point: "set_rail_pressure", value: 900)]) != nil)
        #expect(rig.line.requests.filter { !$0.isRead }.count == before)
        await rig.settle()
        #expect(rig.journal.entries.map(\.outcome) == [.refused, .declined])
        #expect(rig.journal.entries.last?.values.map(\.value) == ["900"])
        #expect(rig.journal.entries.last?.detail?.contains("900 is outside 0…250") == true)
    }

    @Test func nothingIsWrittenOnceTheLedgerTakesNothingMore() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.journal.fail()
        #expect(await rig.start(Self.step) == nil)
        await rig.settle()
        let before = rig.line.requests.filter { !$0.isRead }.count
        #expect(
            await rig.start(Self.step)?.text.contains("nothing is written that cannot be recorded") == true)
        #expect(rig.line.requests.filter { !$0.isRead }.count == before)
    }

    /// A bench that refuses the acknowledgement itself: it is said, and tried again at the next look.
    @Test func anAcknowledgementThatTheDeviceRefusesIsToldAndTriedAgain() async throws {
        let rig = try await DeviceRig("plc-flow-bench", taken: .init(sequence: 4, raw: [1]))
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.refuseWrites(.illegalValue)
        rig.device.submit(.acknowledge(try #require(rig.results.first)))
        await rig.settle()
        #expect(rig.irregularities == ["D-1: result 5 is stored, and the device does not take it"])
        #expect(rig.journal.entries.map(\.outcome) == [.refused, .refused, .refused])
        rig.line.refuseWrites(nil)
        await rig.pollAndListen([1])
        await rig.settle()
        #expect(rig.line.word(Registers.acknowledged) == 5)
        #expect(rig.results.count == 1)
    }

    /// A number that the profile forbids was never told: the device still holds its result.
    @Test func anAcknowledgementThatTheProfileForbidsDoesNotCountAsTold() async throws {
        let rig = try await DeviceRig(
            "plc-flow-bench", taken: .init(sequence: 4, raw: [1]),
            edit: {
                $0.replacing(
                    #"id: ack_seq, address: 0x0209, type: uint16, unit: "1""#,
                    with: #"id: ack_seq, address: 0x0209, type: uint16, unit: "1", valid: ["0", "4"]"#)
            })
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.device.submit(.acknowledge(try #require(rig.results.first)))
        await rig.settle()
        #expect(rig.irregularities == ["D-1: result 5 is stored, and the device does not take it"])
        #expect(!rig.line.requests.contains { !$0.isRead })
        #expect(rig.journal.entries.map(\.outcome) == [.declined, .declined, .declined])
    }

    @Test func settingsAreComparedOnEachConnectAndWrittenWhereTheyDiffer() async throws {
        let setup = """
            setup:
              - {point: set_strokes, value: "100"}
              - {point: set_step, value: "7"}
            vectors:
            """
        let rig = try await DeviceRig("plc-flow-bench", edit: { $0.replacing("vectors:", with: setup) })
        rig.line.set(0x0204, [7, 0, 0, 50])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        let write = ModbusRequest.writeRegisters(address: 0x0207, values: [100])
        #expect(rig.line.requests.filter { !$0.isRead } == [write])
        #expect(rig.irregularities == ["D-1: set_strokes was not 100 and has been set to it"])
        #expect(rig.journal.entries.map(\.purpose) == [.setup])
        #expect(rig.journal.entries.first?.values.first?.old == "50")
    }

    @Test func aDeviceThatDoesNotTakeASettingStaysOutOfReachAndIsNotWrittenToAgainAtOnce() async throws {
        let setup = "setup:\n  - {point: set_strokes, value: \"100\"}\nvectors:"
        let rig = try await DeviceRig("plc-flow-bench", edit: { $0.replacing("vectors:", with: setup) })
        rig.line.keep(0x0207, 50)
        rig.line.set(0x0207, [50])
        for _ in 0..<4 { await rig.pollAndListen([0]) }
        #expect(rig.reaches.isEmpty)
        #expect(rig.line.requests.filter { !$0.isRead }.count == 1)
        #expect(rig.irregularities.first == "D-1: not set up: D-1: set_strokes was set to 100 and reads 50")
    }

    /// Seen failing with the value left out of what is read back: the ledger said `verified`.
    @Test func aSetPointThatCouldNotBeReadBackIsNotWritten() async throws {
        let rig = try await DeviceRig(
            "plc-flow-bench",
            edit: { $0.replacing(#"valid: ["1", "5000"]"#, with: #"valid: ["1", "5000"], sentinel: [100]"#) })
        rig.line.poll([0])
        await rig.listen(forReach: true)
        #expect(await rig.start(Self.step)?.text.contains("would not come back as a value") == true)
        #expect(!rig.line.requests.contains { !$0.isRead })
        await rig.settle()
        #expect(rig.journal.entries.map(\.outcome) == [.declined])
    }

    /// The device is set up anew while the ledger still takes what a start has written. Seen failing with an
    /// entry counted as recorded once it was on its way: the setting was written at once.
    @Test func nothingIsWrittenBeforeTheWriteBeforeItIsDurable() async throws {
        let setup = "setup:\n  - {point: set_strokes, value: \"100\"}\nvectors:"
        let rig = try await DeviceRig("plc-flow-bench", edit: { $0.replacing("vectors:", with: setup) })
        rig.line.set(0x0207, [100])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.journal.hold()
        #expect(await rig.start(Self.step) == nil)
        rig.line.behave(.isSilent)
        for _ in 0..<2 { await rig.pollAndListen([0]) }
        await rig.listen(forReach: false)
        rig.line.set(0x0207, [50])
        rig.line.behave(.answers)
        rig.line.poll([0])
        // It is compared a second time; what follows are a few steps of one actor.
        let comparison = ModbusRequest.readHoldingRegisters(address: 0x0207, count: 1)
        while rig.line.requests.count(where: { $0 == comparison }) < 2 { await Task.yield() }
        for _ in 0..<500 { _ = await rig.device.status }
        #expect(rig.line.requests.filter { !$0.isRead }.count == 1)
        rig.journal.release()
        await rig.listen(forReach: true, count: 2)
        #expect(rig.line.requests.filter { !$0.isRead }.count == 2)
        #expect(rig.journal.entries.map(\.purpose) == [.start, .setup])
    }

    @Test func bitsOfASharedRegisterAreWrittenByAMaskAndTheOthersStay() async throws {
        let rig = try await DeviceRig(
            "plc-flow-bench",
            edit: {
                $0.replacing(
                    "cycle:",
                    with: """
                          - {id: pump, address: 0x0300, type: bit, bit: 2, access: read_write, writes: mask}
                        setup:
                          - {point: pump, value: "1"}
                        cycle:
                        """)
            })
        rig.line.set(0x0300, [0x8001])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        #expect(rig.line.word(0x0300) == 0x8005)
        #expect(
            rig.line.requests.filter { !$0.isRead }
                == [.maskWriteRegister(address: 0x0300, and: 0xFFFB, or: 0x0004)])
    }
}
