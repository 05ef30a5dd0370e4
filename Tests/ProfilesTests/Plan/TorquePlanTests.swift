import Testing

@testable import Profiles

@Suite("A plan against a torque controller")
struct TorquePlanTests {
    private static let plan = """
        plan: nut
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "070 Nozzle nut"
        cycle: {start: scan, complete: tool.cycle, timeout: 60 s}
        steps:
          - {id: nut, title: "Tighten", set: {parameter_set: "3"}}
        characteristics:
          - {id: torque, step: nut, unit: N.m, lsl: "25", usl: "30", from: tool.torque}
          - {id: verdict, step: nut, from: tool.verdict, equals: OK}

        """

    private func check(
        _ right: String = "", _ wrong: String = "", operators: String? = nil,
        profile: String = "open-protocol-controller", link: String = "openprotocol://10.0.0.25"
    ) throws -> [String] {
        var files = try DeploymentTests.files(
            """
            \(operators == nil ? "" : "operators: people.yaml")
            gateway: {site: plant-1, id: bench-pc-07}
            data: /var/lib/plumbline
            profiles: profiles
            devices:
              TW-025: {profile: \(profile), link: "\(link)",
                       calibration: {certificate: C-1, due: 2099-12-31}}
              SCAN-2: {profile: serial-scanner, link: "serial:///dev/ttyS1?baud=9600"}
            stations:
              torque-1: {scanners: [SCAN-2], plan: plans/nut.yaml, bind: {tool: TW-025}}
            sinks:
              qms: {kind: sqlite, path: qms.db}

            """)
        if let operators { files.texts["/etc/plumbline/people.yaml"] = operators }
        #expect(right.isEmpty || Self.plan.contains(right))
        let plan = right.isEmpty ? Self.plan : Self.plan.replacing(right, with: wrong)
        files.texts["/etc/plumbline/plans/nut.yaml"] = plan
        return files.check("/etc/plumbline/gateway.yaml").faults.map {
            $0.replacing("/etc/plumbline/plans/nut.yaml:", with: "")
        }
    }

    @Test("What a tightening tells can be judged, and what a controller has can be set")
    func right() throws { #expect(try check() == []) }

    @Test("A setting by part number is checked for each of them, and said once")
    func byPartNumber() throws {
        let right = #"{parameter_set: "3"}"#
        #expect(try check(right, #"{parameter_set: {"4L0014-163B": "3"}}"#) == [])
        let faults = try check(right, #"{parameter_set: {"4L0014-163B": "1000"}}"#)
        #expect(faults.count == 1 && faults[0].contains("parameter_set 1000 does not exist"), "\(faults)")
    }

    @Test("Where a step waits for an approval there must be somebody else who may give it")
    func approval() throws {
        let (right, asking) = (#"title: "Tighten""#, #"title: "Tighten", on_fail: {skip: approval}"#)
        let nobody = "waits for approvals that nobody could give"
        #expect(try check(right, asking).map { $0.contains(nobody) } == [true])
        let people = { (text: String) in "badges: {prefix: \"OP:\"}\noperators:\n\(text)" }
        let one = "  - {id: \"1042\", badge: \"OP:1\", approves: true}\n"
        #expect(try check(right, asking, operators: people(one)).map { $0.contains(nobody) } == [true])
        let two = one + "  - {id: \"1043\", badge: \"OP:2\"}\n"
        #expect(try check(right, asking, operators: people(two)) == [])
    }

    @Test("A plan may judge each spindle that the profile says there are, and no other")
    func spindles() throws {
        let flex = "open-protocol-flex"
        #expect(try check("from: tool.torque}", "from: tool.spindle_2.torque}", profile: flex) == [])
        let third = try check("from: tool.torque}", "from: tool.spindle_3.torque}", profile: flex)
        #expect(third.count == 1 && third[0].contains("has no point \"spindle_3.torque\""), "\(third)")
        let single = try check(profile: flex)
        #expect(single.count == 1 && single[0].contains("has no point \"torque\""), "\(single)")
    }

    @Test(
        "A profile with framing is for serial lines, and one without is not",
        arguments: [
            ("open-protocol-serial", "serial:///dev/ttyS7?baud=9600", ""),
            ("open-protocol-3964r", "serial:///dev/ttyS7?baud=9600&parity=even", ""),
            ("open-protocol-link-level", "openprotocol://10.0.0.25", ""),
            (
                "open-protocol-3964r", "openprotocol://10.0.0.25",
                "a open-protocol-3964r is not reached by openprotocol: use serial, or a profile without "
                    + "`framing`"
            ),
            (
                "open-protocol-controller", "serial:///dev/ttyS7?baud=9600",
                "a open-protocol-controller is not reached by serial: use openprotocol, "
                    + "openprotocol-listen, or a profile with `framing`"
            ),
        ])
    func framing(_ profile: String, _ link: String, _ says: String) throws {
        let faults = try check(profile: profile, link: link)
        #expect(says.isEmpty ? faults == [] : faults.count == 1 && faults[0].hasSuffix(says), "\(faults)")
    }

    @Test("The tool's own word must be judged, or a part that it calls bad could pass")
    func verdict() throws {
        let faults = try check("  - {id: verdict, step: nut, from: tool.verdict, equals: OK}\n", "")
        #expect(faults.count == 1 && faults[0].contains("does not judge what the tool itself says"))
        #expect(faults.first?.hasPrefix("8:5: ") == true)
        #expect(faults.first?.contains("from: tool.verdict, equals: OK") == true)
    }

    @Test(
        "What no tightening tells and no controller has is refused with its place",
        arguments: [
            ("tool.torque}", "tool.torqe}", "has no point \"torqe\": did you mean \"torque\"?"),
            ("unit: N.m", "unit: deg", "N.m measures torque, deg angle"),
            ("equals: OK", "equals: GOOD", "never says \"GOOD\""),
            ("parameter_set: \"3\"", "parameter_set: \"1000\"", "give a whole number from 0 to 999"),
            ("parameter_set: \"3\"", "parameterset: \"3\"", "did you mean \"parameter_set\"?"),
            ("parameter_set: \"3\"", "job: \"1.5\"", "job 1.5 does not exist"),
        ])
    func wrong(_ right: String, _ wrong: String, _ says: String) throws {
        let faults = try check(right, wrong)
        #expect(faults.count == 1 && faults[0].contains(says), "\(faults)")
    }
}
