import Codecs
import Inspection
import Metrology
import Testing

/// A certificate vouches for one gauge, by its serial number.
@Suite struct GaugeIdentityTests {
    private func gauge(stated: String?, tells: Bool = true, told: String?) throws -> Gauge {
        var gauge = Gauge(
            id: "FTS-001", serial: stated, profile: "plc-flow-bench", profileRevision: 3,
            profileSHA256: "cd34",
            calibration: Calibration(
                certificate: "C-4711", due: try Fixture.required(CalendarDate("2027-02-01"))),
            provenance: .live, tellsSerial: tells)
        gauge.identity = DeviceIdentity(told.map { [.serial: $0, .firmware: "2.4"] } ?? [:])
        return gauge
    }

    private func result(_ value: String, with gauge: Gauge) throws -> MeasurementResult {
        let characteristic = try Fixture.characteristic(
            "delivery", step: "full_load", role: "bench", point: "delivery", unit: "mm3/{stroke}", lsl: "122",
            usl: "132")
        let moment = Fixture.moment(1)
        return MeasurementResult(
            judging: try Fixture.sample("delivery", value, "mm3/{stroke}", at: moment),
            against: characteristic, with: gauge, on: moment.stamp.utc.date)
    }

    @Test(
        arguments: [
            ("FB-0042", true, "FB-0042", .pass),
            // Registers drop the zeros that are printed on the plate.
            ("0815", true, "815", .pass),
            ("FB-0042", true, "FB-0077", .indeterminate),
            // A text is compared as it is.
            ("0815A", true, "815A", .indeterminate),
            // It should tell, and did not.
            ("FB-0042", true, nil, .indeterminate),
            // It cannot tell: the person who wrote the number down is believed.
            ("FB-0042", false, nil, .pass),
            // Nothing is stated: there is nothing to compare with.
            (nil, true, "FB-0077", .pass),
        ] as [(String?, Bool, String?, Verdict)]) func anotherGaugesCalibrationVouchesForNothing(
            stated: String?, tells: Bool, told: String?, verdict: Verdict
        ) throws
    {
        let result = try result("126.8", with: try gauge(stated: stated, tells: tells, told: told))
        #expect(result.verdict == verdict)
        #expect(result.reason == (verdict == .pass ? nil : .gaugeIdentity))
        let failing = try self.result("150", with: try gauge(stated: stated, tells: tells, told: told))
        #expect(failing.verdict == (verdict == .pass ? .fail : .indeterminate))
    }

    @Test func theRecordSaysWhoMeasured() throws {
        let told = try gauge(stated: "815", told: "0815").json(calibration: .current)
        #expect(told["serial"] == "0815")
        #expect(told["firmware"] == "2.4")
        let stated = try gauge(stated: "815", tells: false, told: nil).json(calibration: .current)
        #expect(stated["serial"] == "815")
        #expect(stated["firmware"] == nil)
    }

    /// The bench is exchanged between two steps: the second step is not the first one's gauge.
    @Test func aGaugeExchangedWithinACycleCountsFromThenOn() throws {
        var station = try Fixture.station()
        station = InspectionStation(
            site: station.site, gateway: station.gateway, company: nil, id: station.id, plan: station.plan,
            gauges: ["bench": try gauge(stated: "FB-0042", told: nil), "meter": try Fixture.gauge("FM-001")],
            binds: station.binds, provenance: .live, asksForBadge: true, software: station.software)
        var dialogue = Dialogue(station)
        _ = dialogue.say(.identified(role: "bench", DeviceIdentity([.serial: "FB-0042"])))
        _ = dialogue.begin()
        var record: InspectionRecord?
        for sequence in ["1", "2"] {
            _ = dialogue.say(
                .started(cycle: Fixture.cycleID, step: sequence == "1" ? 0 : 1, failure: nil))
            if sequence == "2" {
                _ = dialogue.say(.identified(role: "bench", DeviceIdentity([.serial: "FB-0077"])))
            }
            let group = try Fixture.group(sequence: sequence, echo: dialogue.token, at: dialogue.now)
            var actions = dialogue.say(.completed(role: "bench", group, evidence: "ee"))
            if sequence == "1" {
                actions = dialogue.say(
                    .gauged([
                        Fixture.leakOff: try Fixture.sample(
                            "rate_a", "31.4", "mL/min", device: "FM-001", at: dialogue.now)
                    ]))
                _ = dialogue.say(.stored)
            }
            for case .commit(let committed, _) in actions { record = committed }
        }
        let results = try #require(record?.body["results"]?.elements)
        #expect(results.map { $0["result"]?.text } == ["PASS", "INDETERMINATE"])
        #expect(record?.reasons == ["gauge_identity"])
        #expect(results.last?["gauge"]?["serial"] == "FB-0077")
    }

    /// The result is of the device that made it, whoever answers when the last gauge has been read. Seen
    /// failing with the identity of the moment of judgement.
    @Test(arguments: [DeviceIdentity([.serial: "FB-0077"]), .unknown])
    func aGaugeExchangedAfterItsResultDidNotMakeIt(next: DeviceIdentity) throws {
        let plan = try Fixture.plan()
        var station = try Fixture.station()
        station = InspectionStation(
            site: station.site, gateway: station.gateway, company: nil, id: station.id,
            plan: InspectionPlan(
                id: plan.id, revision: plan.revision, sha256: plan.sha256, partNumbers: plan.partNumbers,
                plainCodes: plan.plainCodes, operation: plan.operation, retests: 1,
                steps: [plan.steps[1]],
                characteristics: [
                    try Fixture.characteristic(
                        "delivery", step: "full_load", role: "bench", point: "delivery",
                        unit: "mm3/{stroke}", lsl: "122", usl: "132"),
                    try Fixture.characteristic(
                        "leak_off", step: "full_load", role: "meter", point: "rate_a", unit: "mL/min",
                        lsl: nil, usl: "60"),
                ]),
            gauges: ["bench": try gauge(stated: "FB-0042", told: nil), "meter": try Fixture.gauge("FM-001")],
            binds: station.binds, provenance: .live, asksForBadge: true, software: station.software)
        var dialogue = Dialogue(station)
        _ = dialogue.say(.identified(role: "bench", DeviceIdentity([.serial: "FB-0042"])))
        _ = dialogue.begin()
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        let group = try Fixture.group(sequence: "1", echo: dialogue.token, at: dialogue.now)
        _ = dialogue.say(.completed(role: "bench", group, evidence: "ee"))
        _ = dialogue.say(.identified(role: "bench", next))
        let leak = try Fixture.sample("rate_a", "31.4", "mL/min", device: "FM-001", at: dialogue.now)
        let actions = dialogue.say(.gauged([Fixture.leakOff: leak]))
        var record: InspectionRecord?
        for case .commit(let committed, _) in actions { record = committed }
        let results = try #require(record?.body["results"]?.elements)
        #expect(results.map { $0["result"]?.text } == ["PASS", "PASS"])
        #expect(results.first?["gauge"]?["serial"] == "FB-0042")
    }

    @Test func aNumberOfZerosIsNoSerialNumber() {
        #expect(
            DeviceIdentity([.serial: "0", .firmware: "  ", .vendor: " Acme "]).parts == [.vendor: "Acme"])
        let known = DeviceIdentity([.serial: "0815", .firmware: "2.4"])
        #expect(DeviceIdentity([.serial: "815"]).changes(since: known).isEmpty)
        #expect(DeviceIdentity([.serial: "816", .vendor: "A"]).changes(since: known) == [.serial])
        #expect(DeviceIdentity(json: known.json) == known)
    }
}
