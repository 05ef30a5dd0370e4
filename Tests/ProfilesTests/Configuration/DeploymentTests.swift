import Codecs
import Inspection
import Metrology
import Testing

@testable import Profiles

@Suite("A deployment")
struct DeploymentTests {
    static let configuration = """
        gateway: {site: plant-1, id: bench-pc-07}
        data: /var/lib/plumbline
        profiles: profiles
        operators: operators.yaml
        devices:
          FTS-001: {profile: plc-flow-bench, link: "modbus+tcp://127.0.0.1:15020?unit=1",
                    calibration: {certificate: C-4711, due: 2027-02-01}}
          FM-001: {profile: kral-bem500, link: "modbus+rtu:///dev/ttyS0?unit=1", provenance: simulated,
                   calibration: {certificate: C-4712, due: 2026-12-31}}
          TW-025: {profile: kolver-kducer, link: "modbus+tcp://127.0.0.1:15021?unit=1", serial: "7001"}
          SCAN-1: {profile: usb-hid-pos-scanner, link: "usb:0c2e:0b6a"}
          SCAN-2: {profile: serial-scanner, link: "serial:///dev/ttyS1?baud=9600"}
        stations:
          flow-test-1: {scanners: [SCAN-1, SCAN-2], plan: plans/cr-injector-flow.yaml,
                        bind: {bench: FTS-001, meter: FM-001, tool: TW-025}}
        sinks:
          qms: {kind: sqlite, path: qms.db, accepts: test}
        backup: {every: 24 h, to: backups, keep: 30}
        web: {listen: "127.0.0.1:8081"}
        ledger: {interval: 50 ms}

        """

    /// The shipped profiles and plan below `/etc/plumbline`, with `configuration`.
    static func files(_ configuration: String) throws -> TextFiles {
        var texts = [
            "/etc/plumbline/gateway.yaml": configuration,
            "/etc/plumbline/operators.yaml":
                "badges: {prefix: \"OP:\"}\noperators:\n  - {id: \"1042\", badge: \"OP:5F1C9A\"}\n",
        ]
        for name in try Repository.files(in: "DeviceProfiles") {
            texts["/etc/plumbline/profiles/" + name] = try text("DeviceProfiles/" + name)
        }
        texts["/etc/plumbline/plans/cr-injector-flow.yaml"] = try text(
            "Simulators/scenarios/plans/cr-injector-flow.yaml")
        return TextFiles(texts: texts)
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try FileSource.disk.read(Repository.path(path)).get(), as: UTF8.self)
    }

    @Test("A scanner in keyboard mode is warned of")
    func keyboardScanner() throws {
        let typed = Self.configuration.replacing(
            "usb-hid-pos-scanner, link: \"usb:0c2e:0b6a\"",
            with: "usb-keyboard-scanner, link: \"usb:05e0:1200\"")
        let (deployment, faults, warnings) = try Self.files(typed).check("/etc/plumbline/gateway.yaml")
        #expect(faults == [])
        #expect(deployment?.profiles["SCAN-1"]?.scanner?.transport == .hidKeyboard(.us, terminator: .enter))
        #expect(warnings.contains { $0.contains("SCAN-1") && $0.contains("GS, RS and EOT are lost") })
        // The same scanner's serial mode is read over USB by the profile of serial scanners.
        let serial = Self.configuration.replacing("serial:///dev/ttyS1?baud=9600", with: "usb:1eab:0d06")
        #expect(try Self.files(serial).check("/etc/plumbline/gateway.yaml").faults == [])
    }

    @Test(
        "A scanner that is told what became of its scans may be on a tty or a claimed serial line",
        arguments: ["serial:///dev/ttyS1?baud=9600", "usb:1eab:0d06"])
    func answers(_ link: String) throws {
        let path = "/etc/plumbline/profiles/serial-scanner.yaml"
        let configuration = Self.configuration.replacing("serial:///dev/ttyS1?baud=9600", with: link)
        var texts = try Self.files(configuration).texts
        texts[path] = try #require(texts[path]) + "acknowledge: {accept: \"\\x06\"}\n"
        #expect(TextFiles(texts: texts).check("/etc/plumbline/gateway.yaml").faults == [])
    }

    @Test("The shipped plan runs on the shipped profiles, and everything is loaded")
    func whole() throws {
        let (deployment, faults, warnings) = try Self.files(Self.configuration).check(
            "/etc/plumbline/gateway.yaml")
        #expect(faults == [])
        let whole = try #require(deployment)
        #expect(whole.configuration.sinks.map(\.kind) == [.sqlite(path: "/etc/plumbline/qms.db")])
        #expect(whole.configuration.sinks.map(\.acceptsTest) == [true])
        #expect(whole.configuration.web == WebConfiguration(host: "127.0.0.1", port: 8_081))
        #expect(whole.configuration.backup?.everyMilliseconds == 86_400_000)
        #expect(whole.configuration.ledger == LedgerConfiguration(intervalMilliseconds: 50, batch: 1_000))
        #expect(whole.configuration.device("FM-001")?.provenance == .simulated)
        #expect(whole.operators?.operatorID(badge: "OP:5F1C9A") == "1042")
        #expect(whole.operators?.operatorID(badge: "OP:000000") == nil)
        #expect(whole.files.count == 8)
        #expect(whole.files.allSatisfy { $0.sha256.utf8.count == 64 })
        #expect(whole.plans["flow-test-1"]?.characteristics.count == 14)
        #expect(
            whole.plans["flow-test-1"]?.steps.map(\.id) == [
                "nut", "leak", "full_load", "emission", "idle", "pilot",
            ])
        #expect(
            warnings.filter { $0.contains("/gateway.yaml:") } == [
                "/etc/plumbline/gateway.yaml:8:11: the calibration of \"FM-001\" was due on 2026-12-31: "
                    + "have it calibrated; until then nothing that it measures passes",
                "/etc/plumbline/gateway.yaml:10:11: device \"TW-025\" has no calibration: "
                    + "add `calibration: {certificate: …, due: …}`; until then nothing that it measures "
                    + "passes",
            ])
    }

    @Test("Every set point of the shipped plan is one frame of the bench")
    func startFrames() throws {
        let deployment = try #require(
            try Self.files(Self.configuration).check("/etc/plumbline/gateway.yaml").deployment)
        let plan = try #require(deployment.plans["flow-test-1"])
        let map = try #require(deployment.profiles["FTS-001"]?.registers)
        let step = try #require(plan.steps.first { $0.id == "full_load" })
        // By the convention: the cycle's id in 512…515, step 2, 160 MPa in tenths, 1700 µs,
        // 100 strokes, start.
        #expect(
            try map.startWrites(
                try #require(step.setPoints(for: "4L0014-163B")), token: "C0000009"
            ).map(\.write) == [
                RegisterWrite(
                    address: 512,
                    content: .registers([0x4330, 0x3030, 0x3030, 0x3039, 2, 1_600, 1_700, 100, 1]))
            ])
        let abort = try #require(map.cycle?.abort)
        #expect(
            try map.commandWrite(abort).write == RegisterWrite(address: 520, content: .registers([2])))
        #expect(
            try map.acknowledgeWrite(sequence: 65_535)?.write
                == RegisterWrite(address: 521, content: .registers([65_535])))
    }

    @Test(
        "What is wrong in a configuration is said with its place",
        arguments: [
            (
                "site: plant-1", "sit: plant-1",
                [
                    "1:10: a gateway has no \"site\": add `site: …`: a name of letters, digits, `_`, "
                        + "`-` and `.`, "
                        + "at most 64",
                    "1:11: key \"sit\" is not known in a gateway: did you mean \"site\"?",
                ]
            ),
            (
                "modbus+rtu:", "modbus+rtx:",
                [
                    "8:40: link \"modbus+rtx:///dev/ttyS0?unit=1\" has no known scheme: did you mean "
                        + "\"modbus+rtu\"?"
                ]
            ),
            (
                "usb:0c2e:0b6a", "serial:///dev/ttyS2",
                ["11:48: a usb-hid-pos-scanner is not reached by serial: use usb"]
            ),
            (
                "meter: FM-001", "meter: FM-002",
                ["14:16: device \"FM-002\" does not exist: did you mean \"FM-001\"?"]
            ),
            (
                "meter: FM-001, ", "",
                [
                    "14:16: plan cr-injector-flow needs a device for role \"meter\": add `bind: {meter: "
                        + "DEVICE}`"
                ]
            ),
            (
                "profile: kral-bem500", "profile: kral-bem50",
                [
                    "8:11: profile \"kral-bem50\" is not in /etc/plumbline/profiles: correct the name, "
                        + "or name its "
                        + "folder in `profiles:`"
                ]
            ),
            (
                "accepts: test", "accepts: tests",
                ["17:46: \"tests\" is none of the choices: did you mean \"test\"?"]
            ),
            (
                "operators: operators.yaml", "operators: people.yaml",
                [
                    "4:12: \"/etc/plumbline/people.yaml\" cannot be read (No such file or directory): "
                        + "name a file "
                        + "that is there"
                ]
            ),
            (
                "due: 2027-02-01", "due: 2027-02-30",
                ["7:53: \"2027-02-30\" stands here: write a day such as 2027-02-01"]
            ),
            (
                "scanners: [SCAN-1, SCAN-2]", "scanners: [FTS-001]",
                ["14:16: device \"FTS-001\" is a plc-flow-bench, no scanner: bind it to a role instead"]
            ),
            (
                "provenance: simulated", "provenance: replayed",
                ["8:86: \"replayed\" stands here: write live or simulated"]
            ),
        ])
    func wrong(_ right: String, _ wrong: String, _ expected: [String]) throws {
        let configuration = Self.configuration.replacing(right, with: wrong)
        let found = try Self.files(configuration).check("/etc/plumbline/gateway.yaml")
        #expect(found.faults == expected.map { "/etc/plumbline/gateway.yaml:" + $0 })
        #expect(found.deployment == nil)
    }

    @Test("Faults of all files come together")
    func together() throws {
        var files = try Self.files(Self.configuration.replacing("keep: 30", with: "keep: 0"))
        files.texts["/etc/plumbline/operators.yaml"] = "badges: {prefix: \"OP:\"}\noperators: []\n"
        files.texts["/etc/plumbline/plans/cr-injector-flow.yaml"] = "plan: x\n"
        let faults = files.check("/etc/plumbline/gateway.yaml").faults
        #expect(
            faults.contains { $0.hasPrefix("/etc/plumbline/operators.yaml:1:1: the file names no operators") }
        )
        #expect(
            faults.contains { $0.hasPrefix("/etc/plumbline/plans/cr-injector-flow.yaml:1:1: a plan has no") })
    }

    @Test("The hash is the one that sha256sum prints")
    func hash() {
        // FIPS 180-2, appendix B.1.
        #expect(
            SourceFile(path: "x", bytes: Array("abc".utf8)).sha256
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
