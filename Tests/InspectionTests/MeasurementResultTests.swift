import Codecs
import Inspection
import Metrology
import Testing

@Suite struct MeasurementResultTests {
    /// Limits 122…132 at a resolution of 0.1; the limits themselves pass.
    @Test(arguments: [
        ("121.9", Verdict.fail), ("122", .pass), ("122.0", .pass), ("131.96", .pass), ("132.0", .pass),
        ("132.04", .pass), ("132.06", .fail), ("-126", .fail),
    ]) func limitsAreJudgedInDecimalAtTheResolution(value: String, expected: Verdict) throws {
        let characteristic = try Fixture.characteristic(
            "delivery", step: "full_load", role: "bench", point: "delivery", unit: "mm3/{stroke}", lsl: "122",
            usl: "132")
        let moment = Fixture.moment(1)
        let result = MeasurementResult(
            judging: try Fixture.sample("delivery", value, "mm3/{stroke}", at: moment),
            against: characteristic,
            with: try Fixture.gauge("FTS-001"), on: moment.stamp.utc.date)
        #expect(result.verdict == expected)
    }

    @Test func aValueIsConvertedIntoTheCharacteristicsUnit() throws {
        let characteristic = try Fixture.characteristic(
            "leak_off", step: "leak", role: "meter", point: "rate_a", unit: "mL/min", lsl: nil, usl: "60")
        let moment = Fixture.moment(1)
        let result = MeasurementResult(
            judging: try Fixture.sample("rate_a", "3.61", "L/h", at: moment), against: characteristic,
            with: try Fixture.gauge("FM-001"), on: moment.stamp.utc.date)
        #expect(result.value?.description == "60.2")
        #expect(result.verdict == .fail)
    }

    @Test func aValueThatItsDeviceDisownsSaysSo() throws {
        let sample = try Fixture.sample(
            "delivery", "126.8", "mm3/{stroke}", quality: .bad(.flagged), at: Fixture.moment(1))
        let plan = try Fixture.plan()
        let delivery = try #require(plan.characteristics.first { $0.id == "delivery" })
        let result = MeasurementResult(
            judging: sample, against: delivery, with: try Fixture.gauge("FTS-001"),
            on: sample.stamp.utc.date)
        #expect(result.verdict == .indeterminate)
        #expect(result.reason == .deviceInvalid)
    }

    @Test func aUnitOfAnotherKindIsNeverAPass() throws {
        let characteristic = try Fixture.characteristic(
            "leak_off", step: "leak", role: "meter", point: "rate_a", unit: "mL/min", lsl: nil, usl: "60")
        let moment = Fixture.moment(1)
        let result = MeasurementResult(
            judging: try Fixture.sample("rate_a", "31.4", "kg/h", at: moment), against: characteristic,
            with: try Fixture.gauge("FM-001"), on: moment.stamp.utc.date)
        #expect(result.verdict == .indeterminate)
        #expect(result.reason == .unit)
    }

    @Test(arguments: [Quality.Defect.timeout, .sentinel, .implausible, .flagged, .stale])
    func aBadValueIsNeverAPass(defect: Quality.Defect) throws {
        let characteristic = try Fixture.characteristic(
            "delivery", step: "full_load", role: "bench", point: "delivery", unit: "mm3/{stroke}", lsl: "122",
            usl: "132")
        let moment = Fixture.moment(1)
        let result = MeasurementResult(
            judging: try Fixture.sample("delivery", "127", "mm3/{stroke}", quality: .bad(defect), at: moment),
            against: characteristic, with: try Fixture.gauge("FTS-001"), on: moment.stamp.utc.date)
        #expect(result.verdict == .indeterminate)
        #expect(result.json["defect"]?.text == defect.rawValue)
    }

    @Test func theLastDayOfACalibrationCounts() throws {
        let gauge = try Fixture.gauge("FTS-001", due: "2026-11-21")
        #expect(gauge.calibrationStatus(on: try #require(CalendarDate("2026-11-21"))) == .current)
        #expect(gauge.calibrationStatus(on: try #require(CalendarDate("2026-11-22"))) == .overdue)
    }
}
