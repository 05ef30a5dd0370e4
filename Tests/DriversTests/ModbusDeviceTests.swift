import Codecs
import Drivers
import Inspection
import Metrology
import Testing

@Suite(.timeLimit(.minutes(10))) struct ModbusDeviceTests {
    /// Polls of the bench's profile, by their place in it.
    private static let live = 0
    private static let result = 1

    // MARK: Reach and set-up

    @Test func unitsAndDecimalsAreReadBeforeAValueCountsAndAgainAfterEveryLoss() async throws {
        let rig = try await DeviceRig("kral-bem500")
        rig.line.set(0x4006, [0x0001, 0x609E])  // 90270
        rig.line.set(0x4015, [5, 23, 1])
        rig.line.set(0x4186, [2])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        await rig.pollAndListen([0])
        #expect(rig.last("rate_a")?.value == .decimal(try #require(ExactDecimal("902.70"))))
        #expect(rig.last("rate_a")?.unit?.code == "mL/min")

        rig.line.behave(.isSilent)
        rig.line.poll([0, 1])
        await rig.listen(forReach: false)
        // Someone set other decimals and another unit at the keypad meanwhile.
        rig.line.set(0x4015, [5, 2, 1])
        rig.line.set(0x4186, [1])
        rig.line.behave(.answers)
        rig.line.poll([0])
        await rig.listen(forReach: true, count: 2)
        await rig.pollAndListen([0])
        #expect(rig.last("rate_a")?.value == .decimal(try #require(ExactDecimal("9027.0"))))
        #expect(rig.last("rate_a")?.unit?.code == "L/min")
    }

    @Test func aValueWhoseQualityCanNoLongerBeReadIsBadAtOnce() async throws {
        // As the FCT030 has it: the quality word lies too far from its value for one request.
        let rig = try await DeviceRig(
            body: """
                requests:
                  - {id: process, address: 3010, count: 2}
                  - {id: qualities, address: 7963, count: 1}
                points:
                  - {id: flow, address: 3010, type: float32, unit: m3/h, when: {point: quality, is: [good]}}
                  - {id: quality, address: 7963, type: uint16, mask: 0xC0, enum: {0: bad, 2: fixed, 3: good}}
                """)
        let (process, quality) = (0, 1)
        rig.line.set(3_010, [0x4221, 0x0000])  // 40.25
        rig.line.set(7_963, [0x00C0])
        rig.line.poll([quality])
        await rig.listen(forReach: true)
        await rig.pollAndListen([quality])
        await rig.pollAndListen([process])
        #expect(rig.last("flow")?.quality == .good)
        rig.line.set(7_963, [0x0080])
        await rig.pollAndListen([quality])
        await rig.pollAndListen([process])
        #expect(rig.last("flow")?.quality == .bad(.flagged))
        rig.line.set(7_963, [0x00C0])
        await rig.pollAndListen([quality])
        rig.line.behave(.refuses(.illegalAddress))
        await rig.pollAndListen([quality])
        rig.line.behave(.answers)
        await rig.pollAndListen([process])
        #expect(rig.last("flow")?.quality == .bad(.malformed))
        await rig.pollAndListen([quality])
        await rig.pollAndListen([process])
        #expect(rig.last("flow")?.quality == .good)
    }

    @Test func twoMissesInARowAreAnOutageToldOnceAndOneIsNot() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        rig.line.behave(.isSilent)
        await rig.pollAndListen([Self.live])
        #expect(rig.last("rail_pressure")?.quality == .bad(.timeout), "a missed value is bad at once")
        rig.line.behave(.answers)
        await rig.pollAndListen([Self.live])
        #expect(rig.reaches == [true])

        rig.line.behave(.isSilent)
        for _ in 0..<5 { await rig.pollAndListen([Self.live]) }
        #expect(rig.reaches == [true, false])
        #expect(await rig.device.status.state == .offline)
        #expect(await rig.device.status.detail == "no answer in time")
    }

    @Test func exceptionsMakeValuesBadAndTheDeviceStaysOnLine() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        rig.line.behave(.refuses(.busy))
        for _ in 0..<4 { await rig.pollAndListen([Self.live, Self.result]) }
        #expect(rig.reaches == [true])
        #expect(rig.last("rail_pressure")?.quality == .bad(.refused))
        #expect(rig.last("rail_pressure")?.value == nil)
        #expect(await rig.device.status.state == .online)
        #expect(await rig.device.status.refused == ["live", "result"])
        #expect(await rig.device.status.detail.contains("exception 6"))

        // One lost frame after exceptions is still no outage.
        rig.line.behave(.isSilent)
        await rig.pollAndListen([Self.live])
        #expect(rig.reaches == [true])
        rig.line.behave(.answers)
        await rig.pollAndListen([Self.live, Self.result])
        #expect(rig.last("rail_pressure")?.quality == .good)
        #expect(await rig.device.status.refused.isEmpty)
        #expect(await rig.device.status.detail == "answering")
    }

    // MARK: Results

    @Test func aResultThatWaitsIsToldBeforeTheDeviceIsSaidToBeThere() async throws {
        let rig = try await DeviceRig("plc-flow-bench", taken: .init(sequence: 4, raw: [1]))
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        let order = rig.events.compactMap { event -> String? in
            switch event {
            case .result(let group): "result \(group.sequence)"
            case .reach(let isOnline, _): isOnline ? "online" : "offline"
            case .samples, .identity, .irregular, .restarted, .curve, .noticed, .scanned: nil
            }
        }
        #expect(order == ["result 5", "online"])
        let group = try #require(rig.results.first)
        #expect(group.echo == "C0000009")
        #expect(group.isValid)
        #expect(group.raw == Registers.benchReply(5))
        #expect(group.samples["delivery"]?.value == .decimal(try #require(ExactDecimal("126.8"))))
    }

    @Test func aResultIsToldOnceHoweverOftenItIsSeen() async throws {
        let rig = try await DeviceRig("plc-flow-bench", taken: .init(sequence: 4, raw: [1]))
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        for _ in 0..<5 { await rig.pollAndListen([Self.result]) }
        #expect(rig.results.count == 1)
        #expect(rig.irregularities.isEmpty)
    }

    @Test func aResultThatIsDurableIsAcknowledgedAgainOnMeetingAndNeverTold() async throws {
        let taken = HandshakeMachine.Taken(sequence: 5, raw: Registers.benchReply(5))
        let rig = try await DeviceRig("plc-flow-bench", taken: taken)
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([Self.live])
        let acknowledgement = ModbusRequest.writeRegisters(address: Registers.acknowledged, values: [5])
        #expect(await rig.nextWrite() == acknowledgement)
        await rig.listen(forReach: true)

        rig.line.behave(.isSilent)
        rig.line.poll()
        await rig.listen(forReach: false)
        rig.line.behave(.answers)
        rig.line.poll([Self.live])
        #expect(await rig.nextWrite() == acknowledgement, "again after a loss of reach")
        await rig.listen(forReach: true, count: 2)
        await rig.pollAndListen([Self.result])
        #expect(rig.results.isEmpty)
    }

    @Test func aNumberThatComesAgainWithOtherValuesIsANewResult() async throws {
        let taken = HandshakeMachine.Taken(sequence: 5, raw: [9, 9])
        let rig = try await DeviceRig("plc-flow-bench", taken: taken)
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        #expect(rig.results.map(\.sequence) == ["5"])
        #expect(rig.irregularities.contains { $0.contains("came again with other values") })
    }

    @Test func onFirstMeetingOnlyAResultThatNobodyAcknowledgedIsNew() async throws {
        for (acknowledged, expected) in [(UInt16(5), 0), (UInt16(4), 1)] {
            let rig = try await DeviceRig("plc-flow-bench")
            rig.line.set(Registers.resultBlock, Registers.benchResult(5))
            rig.line.set(Registers.acknowledged, [acknowledged])
            rig.line.poll([Self.live])
            await rig.listen(forReach: true)
            await rig.pollAndListen([Self.result])
            #expect(rig.results.count == expected, "acknowledged \(acknowledged)")
        }
    }

    @Test func aBlockThatIsBeingWrittenIsNotTaken() async throws {
        let rig = try await DeviceRig("plc-flow-bench", taken: .init(sequence: 5, raw: [1]))
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        rig.line.set(Registers.resultBlock, Registers.benchResult(6, end: 5))
        await rig.pollAndListen([Self.result])
        #expect(rig.results.isEmpty)
        #expect(await rig.device.status.tornReads == 1)
        rig.line.set(Registers.resultBlock, Registers.benchResult(6))
        await rig.pollAndListen([Self.result])
        #expect(rig.results.map(\.sequence) == ["6"])
    }

    // MARK: Orders

    @Test func aStartIsOneFrame() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        let answered = await withCheckedContinuation { answer in
            rig.device.submit(
                .start(
                    token: "C0000009",
                    setPoints: [
                        SetPoint(point: "set_step", value: 2),
                        SetPoint(point: "set_rail_pressure", value: 160),
                        SetPoint(point: "set_energising_time", value: 1_700),
                        SetPoint(point: "set_strokes", value: 100),
                    ], answer: { answer.resume(returning: $0) }))
        }
        #expect(answered == nil)
        let words: [UInt16] = [0x4330, 0x3030, 0x3030, 0x3039, 2, 1_600, 1_700, 100, 1]
        #expect(rig.line.requests.filter { !$0.isRead } == [.writeRegisters(address: 512, values: words)])
    }

    @Test func aStartThatIsNotTakenSaysWhy() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        func start(_ setPoints: [SetPoint]) async -> String? {
            await withCheckedContinuation { answer in
                rig.device.submit(
                    .start(
                        token: "C0000009", setPoints: setPoints,
                        answer: { answer.resume(returning: $0?.text) }))
            }
        }
        let step = [
            SetPoint(point: "set_step", value: 2), SetPoint(point: "set_rail_pressure", value: 160),
            SetPoint(point: "set_energising_time", value: 1_700), SetPoint(point: "set_strokes", value: 100),
        ]
        rig.line.behave(.refuses(.busy))
        #expect(await start(step)?.contains("refused the write: exception 6") == true)
        rig.line.behave(.isSilent)
        #expect(await start(step)?.contains("no answer in time") == true)
        rig.line.behave(.answers)
        let before = rig.line.requests.count
        #expect(await start([SetPoint(point: "set_rail_pressure", value: 900)]) != nil)
        #expect(rig.line.requests.count == before, "a set point out of range never reaches the device")
    }

    @Test func anAcknowledgementThatIsLostIsSentAgain() async throws {
        let rig = try await DeviceRig("plc-flow-bench", taken: .init(sequence: 4, raw: [1]))
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([Self.live])
        await rig.listen(forReach: true)
        let group = try #require(rig.results.first)
        rig.line.loseWrites(2)
        rig.device.submit(.acknowledge(group))
        let acknowledgement = ModbusRequest.writeRegisters(address: Registers.acknowledged, values: [5])
        for _ in 0..<3 { #expect(await rig.nextWrite() == acknowledgement) }

        // All tries lost: the next look at the device tries again, and the result is not told again.
        rig.line.loseWrites(3)
        rig.device.submit(.acknowledge(group))
        for _ in 0..<3 { #expect(await rig.nextWrite() == acknowledgement) }
        // The order after it is carried out only when it is over.
        _ = await rig.gauge(["rail_pressure"], patience: .zero)
        rig.line.poll([Self.result])
        #expect(await rig.nextWrite() == acknowledgement)
        #expect(rig.results.count == 1)
    }

    @Test func aFlagThatReadingClearsIsReadOnlyWhenTheResultIsDurable() async throws {
        let rig = try await DeviceRig("kolver-kducer", taken: .init(sequence: 1, raw: [1]))
        let flag = ModbusRequest.readInputRegisters(address: 294, count: 1)
        rig.line.set(294, [1])
        rig.line.set(354, [0, 2])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        for _ in 0..<3 { await rig.pollAndListen([0]) }
        #expect(rig.results.map(\.sequence) == ["2"])
        #expect(!rig.line.requests.contains(flag))
        rig.device.submit(.acknowledge(try #require(rig.results.first)))
        _ = await rig.gauge(["torque"], patience: .zero)
        #expect(rig.line.requests.count { $0 == flag } == 1)
    }
}
