import Codecs
import Inspection
import Metrology
import Testing

@testable import Profiles

@Suite("A plan against the devices of a station")
struct PlanChecksTests {
    private func check(_ right: String, _ wrong: String) throws -> [String] {
        var files = try DeploymentTests.files(DeploymentTests.configuration)
        let path = "/etc/plumbline/plans/cr-injector-flow.yaml"
        let plan = try #require(files.texts[path])
        #expect(plan.contains(right))
        files.texts[path] = plan.replacing(right, with: wrong, maxReplacements: 1)
        return files.check("/etc/plumbline/gateway.yaml").faults.map { fault in
            fault.replacing("/etc/plumbline/plans/cr-injector-flow.yaml:", with: "")
        }
    }

    @Test(
        "What does not fit is said at the step or characteristic",
        arguments: [
            (
                "from: bench.delivery, resolution: \"0.1\", compare: absolute, class: critical}",
                "from: bench.delivry, resolution: \"0.1\"}",
                [
                    "38:5: characteristic \"full_load_delivery\": profile plc-flow-bench has no point "
                        + "\"delivry\": "
                        + "did you mean \"delivery\"?"
                ]
            ),
            (
                "from: tool.torque, resolution", "from: tool.angle, resolution",
                [
                    "27:5: characteristic \"nut_torque\": deg measures angle, N.m torque: "
                        + "correct `from` or `unit`"
                ]
            ),
            (
                "from: bench.mean_rail_pressure", "from: bench.rail_pressure",
                [
                    "42:5: characteristic \"full_load_pressure\": point \"rail_pressure\" does not come "
                        + "with the result: "
                        + "measure a point of request \"result\""
                ]
            ),
            (
                "usl: \"40\",\n     from: meter.rate_a, resolution: \"0.1\"",
                "usl: \"40\",\n     from: meter.rate_a",
                [
                    "33:5: characteristic \"leak_flow\": L/h in mL/min never ends as a decimal: add "
                        + "`resolution: \"0.1\"`",
                    "33:5: characteristic \"leak_flow\": m3/h in mL/min never ends as a decimal: add "
                        + "`resolution: \"0.1\"`",
                ]
            ),
            (
                "from: tool.result, equals: OK", "from: tool.result, equals: GOOD",
                [
                    "30:5: characteristic \"nut_result\": point \"result\" never says \"GOOD\": known "
                        + "are NOK, OK"
                ]
            ),
            (
                "set_energising_time: \"1700\"", "set_energising_time: \"4001\"",
                [
                    "18:5: step \"full_load\" cannot be set: point \"set_energising_time\": 4001 is "
                        + "outside 0…4000: "
                        + "stay within"
                ]
            ),
            (
                "set_step: \"2\", ", "",
                [
                    "18:5: step \"full_load\" cannot be set: point \"set_rail_pressure\": it does not "
                        + "follow cycle_id "
                        + "(0x0200 (40513)…) at once, so one frame cannot write both: write every point "
                        + "between them "
                        + "too, or none"
                ]
            ),
            (
                "complete: tool.cycle", "complete: meter.cycle",
                [
                    "15:5: step \"nut\" waits for meter, but profile kral-bem500 has no cycle: complete "
                        + "it by another "
                        + "role, or give the profile a `cycle:`"
                ]
            ),
        ])
    func wrong(_ right: String, _ wrong: String, _ expected: [String]) throws {
        let found = try check(right, wrong)
        #expect(found == expected)
    }

    @Test("Titles come from ids, and a lone step needs no name")
    func defaults() throws {
        let text = """
            plan: p
            revision: 1
            part_numbers: ["1"]
            operation: "010 Test"
            cycle: {complete: bench.cycle, timeout: 90 s, retest: 2}
            characteristics:
              - {id: full_load_delivery, unit: "mm3/{stroke}", usl: "1", from: bench.d, compare: rounded}
            """
        let faults = FaultCollector()
        let plan = try #require(
            PlanFile.read(SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: faults)?.plan)
        #expect(faults.isClean)
        #expect(
            plan.steps == [
                PlanStep(id: "cycle", title: "Cycle", completes: "bench", setPoints: [], timeoutSeconds: 90)
            ])
        #expect(plan.retests == 2)
        let characteristic = try #require(plan.characteristics.first)
        #expect(characteristic.title == "Full load delivery")
        #expect(characteristic.step == "cycle")
        #expect(characteristic.classification == .major)
        guard case .quantity(_, let tolerance, nil) = characteristic.requirement else {
            Issue.record("no quantity")
            return
        }
        #expect(tolerance.rule == .rounded)
    }

    @Test("A plain serial finds its part number")
    func plainSerial() throws {
        let bytes = try FileSource.disk.read(
            Repository.path("Simulators/scenarios/plans/cr-injector-flow.yaml")
        ).get()
        let file = PlanFile.read(SourceFile(path: "p", bytes: bytes), faults: FaultCollector())
        let plan = try #require(file?.plan)
        #expect(plan.plainCodes.meaning(of: "SA10197") == .serial(partNumber: "4L0014-163B"))
        #expect(plan.plainCodes.meaning(of: "SB10197") == nil)
        #expect(plan.roles == ["bench", "meter", "tool"])
    }
}
