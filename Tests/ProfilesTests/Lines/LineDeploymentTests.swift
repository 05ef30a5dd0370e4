import Testing

@testable import Profiles

@Suite("Stations with tools that speak in lines")
struct LineDeploymentTests {
    private static let configuration = """
        gateway: {site: plant-1, id: bench-pc-07}
        profiles: [profiles]
        operators: operators.yaml
        devices:
          SCAN-2: {profile: serial-scanner, link: "serial:///dev/ttyS1?baud=9600"}
          TC-001: {profile: acradyne-gen4, link: "serial:///dev/ttyS2?baud=9600",
                   calibration: {certificate: C-1, due: 2027-02-01}}
          TT-001: {profile: mark-10-tt, link: "tcp://10.0.0.7:4001",
                   calibration: {certificate: C-2, due: 2027-02-01}}
        stations:
          nut: {scanners: [SCAN-2], plan: plans/nut.yaml, bind: {tool: TC-001, tester: TT-001}}

        """

    private static let plan = """
        plan: nut
        revision: 1
        part_numbers: ["4L0014-163B"]
        operation: "070 Nozzle nut"
        cycle: {start: scan, complete: tool.cycle, timeout: 60 s, retest: 1}
        steps:
          - {id: nut, title: "Tighten the nozzle nut"}
        characteristics:
          - {id: torque, step: nut, unit: N.m, lsl: "25", usl: "30", from: tool.torque}
          - {id: verdict, step: nut, from: tool.judgement, equals: OK}
          - {id: residual, step: nut, unit: N.m, lsl: "20", usl: "30", from: tester.torque,
             resolution: "0.01"}

        """

    private func check(
        configuration: String = Self.configuration, plan: String = Self.plan
    ) throws -> (deployment: Deployment?, faults: [String], warnings: [String]) {
        var files = try DeploymentTests.files(configuration)
        files.texts["/etc/plumbline/plans/nut.yaml"] = plan
        return files.check("/etc/plumbline/gateway.yaml")
    }

    @Test("A tool that says results completes a step, and a tester that is asked is read beside it")
    func whole() throws {
        let (deployment, faults, warnings) = try check()
        #expect(faults == [] && deployment != nil)
        #expect(
            warnings.filter { $0.contains("assumes") } == [
                "/etc/plumbline/profiles/acradyne-gen4.yaml:17:3: lines may say no unit, and the profile "
                    + "assumes one: torque in N.m, angle in deg: compare it with what the device is set to"
            ])
    }

    @Test(
        "What a plan cannot have of them is said where it stands",
        arguments: [
            (
                "title: \"Tighten the nozzle nut\"", "title: \"Nut\", set: {program: \"3\"}",
                "7:5: step \"nut\" sets what a acradyne-gen4 is never told: leave out `set:`; set it at the "
                    + "device"
            ),
            (
                "complete: tool.cycle", "complete: tester.cycle",
                "7:5: step \"nut\" waits for tester, but profile mark-10-tt has no cycle: complete it "
                    + "by another role, or give the profile a `cycle:`"
            ),
            (
                "complete: tool.cycle", "complete: tester.cycle",
                "9:5: characteristic \"torque\": a acradyne-gen4 says its values at the end of its own cycle "
                    + "only: give it a step of its own, `complete: tool.cycle`"
            ),
            (
                "tool.judgement, equals: OK", "tool.judgement, equals: ok",
                "10:5: characteristic \"verdict\": point \"judgement\" never says \"ok\": did you mean "
                    + "\"OK\"?"
            ),
            (
                "from: tester.torque", "from: tester.torq",
                "11:5: characteristic \"residual\": profile mark-10-tt has no point \"torq\": did you mean "
                    + "\"torque\"?"
            ),
            (
                "unit: N.m, lsl: \"25\"", "unit: deg, lsl: \"25\"",
                "9:5: characteristic \"torque\": N.m measures torque, deg angle: correct `from` or `unit`"
            ),
            (
                "from: tester.torque,\n     resolution: \"0.01\"", "from: tester.torque",
                "11:5: characteristic \"residual\": [lbf_av].[ft_i] in N.m never ends as a decimal: add "
                    + "`resolution: \"0.1\"`"
            ),
        ])
    func wrongPlan(_ right: String, _ wrong: String, _ expected: String) throws {
        #expect(Self.plan.contains(right))
        let faults = try check(plan: Self.plan.replacing(right, with: wrong, maxReplacements: 1)).faults
        #expect(faults.contains("/etc/plumbline/plans/nut.yaml:" + expected), "\(faults)")
    }

    @Test("A tool that says results to nobody is said, for nothing holds them")
    func unheard() throws {
        let configuration = Self.configuration + "  # \n"
        let plan = Self.plan.replacing("tool.", with: "tester.")
        #expect(try check().warnings.contains { $0.contains("no station hears") } == false)
        let unbound = configuration.replacing("tool: TC-001, ", with: "")
        let warnings = try check(configuration: unbound, plan: plan).warnings
        #expect(
            warnings.contains(
                "/etc/plumbline/gateway.yaml:6:11: device \"TC-001\" says results, and no station hears "
                    + "them: bind it to a role: nothing holds a result of it that nobody takes"),
            "\(warnings)")
    }

    @Test("It is not reached by Modbus")
    func link() throws {
        let wrong = Self.configuration.replacing(
            "serial:///dev/ttyS2?baud=9600", with: "modbus+rtu:///dev/ttyS2?unit=1")
        let faults = try check(configuration: wrong).faults
        #expect(
            faults.contains {
                $0.hasSuffix("a acradyne-gen4 is not reached by modbus+rtu: use serial, tcp")
            }, "\(faults)")
    }
}
