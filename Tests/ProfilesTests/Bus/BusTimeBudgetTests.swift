import Testing

@testable import Profiles

/// Times reckoned by hand from MODBUS over Serial Line V1.02: 11 bits a character (8E1), 8 characters ask for
/// registers, 5 and two a register answer, and 3.5 characters of silence (1.75 ms above 19,200 baud) end
/// each.
struct BusTimeBudgetTests {
    private static let place = SourcePlace(file: "gateway.yaml")

    private func budget(
        units: Int, period: Int, registers: Int = 10, baud: Int = 19_200, timeout: Int64 = 500,
        framing: BusWire.Framing? = nil, switchDelay: Int64 = 0, pause: Int64 = 0, retries: Int = 0
    ) -> BusTimeBudget {
        let wire = BusWire(
            line: "modbus+rtu:///dev/ttyUSB0", framing: framing ?? .rtu(baud: baud, bitsPerCharacter: 11))
        let list = (1...units).map { number in
            BusTimeBudget.Unit(
                device: "M-\(number)", place: Self.place,
                polls: [.init(bytes: 2 * registers, period: period)],
                timeout: timeout * 1_000_000, switchDelay: switchDelay * 1_000_000, pause: pause * 1_000_000,
                retries: retries)
        }
        return BusTimeBudget(wire: wire, units: list)
    }

    /// 33 characters of 11 bits at 19,200 baud take 18.906 ms, two silences 4.010 ms, the device 10 ms.
    @Test func eightMetersAtTheUsualSpeed() {
        let budget = budget(units: 8, period: 1_000)
        let poll = BusTimeBudget.Poll(bytes: 20, period: 1_000)
        #expect(budget.time(of: poll) == 18_906_250 + 2 * 2_005_208 + 10_000_000)
        #expect(budget.round == 8 * 32_916_666)
        #expect(BusTimeText.milliseconds(budget.round) == "263.3 ms")
        #expect(budget.pollsPerSecond == 8_000)
        // 263.3 ms of each second, rounded up.
        #expect(budget.load == 264)
    }

    /// 33 characters at 38,400 baud take 9.453 ms; above 19,200 baud a silence is 1.75 ms however short
    /// they are.
    @Test func aboveTheUsualSpeedTheSilenceStays() {
        let budget = budget(units: 1, period: 100, baud: 38_400)
        #expect(budget.round == 9_453_125 + 2 * 1_750_000 + 10_000_000)
        #expect(budget.load == 230)
    }

    /// ASCII, 10 bits (7E1): 17 characters ask and 11 + 2 × 20 answer; 68 of 10 bits at 9,600 baud are
    /// 70.833 ms.
    @Test func textTakesTwice() {
        let budget = budget(units: 1, period: 1_000, framing: .ascii(baud: 9_600, bitsPerCharacter: 10))
        #expect(budget.round == 70_833_333 + 2 * 3_645_833 + 10_000_000)
    }

    @Test func onANetworkOnlyTheDeviceCounts() {
        let budget = budget(units: 1, period: 20, framing: .tcp)
        #expect(budget.round == 10_000_000)
        #expect(budget.load == 500)
        #expect(budget.worstSilence == nil)
    }

    @Test func unitsThatWantQuietCostIt() {
        // 20 ms before each other unit's turn take the place of one silence of 2.005 ms.
        let switched = budget(units: 2, period: 1_000, switchDelay: 20)
        #expect(switched.round == 2 * (32_916_666 - 2_005_208 + 20_000_000))
        // Alone on its line nobody is switched to; a pause counts for the unit itself.
        let alone = budget(units: 1, period: 100, switchDelay: 20, pause: 50)
        #expect(alone.round == 32_916_666)
        #expect(alone.load == 830)
    }

    private func faults(_ budget: BusTimeBudget) -> (errors: [String], warnings: [String]) {
        let faults = FaultCollector()
        BusTimeChecks(budget: budget, faults: faults).run()
        return (faults.sorted.map(\.description), faults.warnings.map(\.description))
    }

    /// Eight meters every 200 ms need 263 ms of each 200: refused, with what would do.
    @Test func aLineThatCannotCarryItIsRefusedWithWhatWouldHelp() throws {
        let (errors, _) = faults(budget(units: 8, period: 200))
        let error = try #require(errors.first)
        #expect(errors.count == 1)
        #expect(error.contains("line modbus+rtu:///dev/ttyUSB0 is booked to 131.7 %"))
        #expect(error.contains("8 units need 263.3 ms a round"))
        // 200 ms × 1.317 ÷ 0.7, rounded up; and 115,200 baud leaves 10 ms and 3.5 ms of silence to each.
        #expect(error.contains("`poll: 377 ms` where 200 ms stands"))
        #expect(error.contains("set the line to 115200 baud (66."))
        #expect(error.contains("give some units another line"))
    }

    @Test func aLineThatIsNearlyFullIsSaid() {
        let nearly = faults(budget(units: 8, period: 350))
        #expect(nearly.errors.isEmpty)
        #expect(nearly.warnings.contains { $0.contains("booked to 75.") && $0.contains("little is left") })
        #expect(faults(budget(units: 8, period: 2_000)).warnings.isEmpty)
    }

    /// The fault stands where the link of the unit does that takes most; units of one line count together.
    @Test func anOverbookedLineStopsTheStartAtItsLink() throws {
        let meters = (1...40).map {
            "  M-\($0): {profile: kral-bem500, link: \"modbus+rtu:///dev/ttyS0?unit=\($0)\"}\n"
        }
        let files = try DeploymentTests.files(
            "gateway: {site: s, id: g}\nprofiles: profiles\ndevices:\n" + meters.joined())
        let wire = BusWire(
            line: "modbus+rtu:///dev/ttyS0", framing: .rtu(baud: 9_600, bitsPerCharacter: 11))
        let (deployment, faults, _) = files.check("/etc/plumbline/gateway.yaml", wires: { _ in wire })
        #expect(deployment == nil)
        #expect(faults.count == 1)
        let fault = try #require(faults.first)
        let place =
            /\/etc\/plumbline\/gateway\.yaml:[0-9]+:3[0-9]: line modbus\+rtu:\/\/\/dev\/ttyS0 is booked to .*/
        #expect(fault.wholeMatch(of: place) != nil, "\(fault)")
        #expect(fault.contains("40 units need"))
        // Without the transports nothing is known of a line's speed.
        #expect(files.check("/etc/plumbline/gateway.yaml").deployment?.budgets == [])
    }

    /// 33 characters of request and expected reply, 500 ms in vain, and as long again for a late answer:
    /// 1,018.906 ms. The next probe is due 10 s after the answer was given up.
    @Test func aSilentUnitIsReckonedWith() throws {
        let budget = budget(units: 2, period: 500, retries: 1)
        let silence = try #require(budget.worstSilence)
        #expect(silence.wait == 18_906_250 + 2 * 500_000_000)
        // Three polls, each asked twice, before it is only probed.
        #expect(silence.untilProbed == 6 * silence.wait)
        #expect(silence.every == 18_906_250 + 500_000_000 + 10_000_000_000)
        #expect(silence.delayed.count == 1)
        let (_, warnings) = faults(budget)
        #expect(
            warnings.contains {
                $0.contains("the line waits 6113.4 ms for it at first, then 1018.9 ms every 10518.9 ms")
            })
        // Polls that are rarer than that wait are late, and not left out.
        #expect(faults(self.budget(units: 2, period: 2_000)).warnings.isEmpty)
    }
}
