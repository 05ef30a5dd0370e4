import Profiles
import Testing

@testable import Simulation

struct ScenarioDecoderTests {
    private static let head = """
        scenario: tiny
        seed: 3
        devices:
          B-1: {model: flow-bench, listen: "127.0.0.1:0"}
          S-1: {model: usb-hid-pos-scanner}

        """

    private func faults(_ text: String) -> [String] {
        do {
            _ = try ScenarioDecoder.decode(Array(text.utf8), file: "s.yaml")
            return []
        } catch {
            return error.all.map(\.description)
        }
    }

    @Test(arguments: [
        ("usb-hid-pos-scanner", USBScannerSpeech.hidPOS), ("usb-keyboard-scanner", .keyboard),
        ("usb-serial-scanner", .serial),
    ])
    func aUSBScannerSpeaksAsItsModelSays(_ model: String, _ speech: USBScannerSpeech) throws {
        let text = Self.head.replacing("usb-hid-pos-scanner", with: model)
        let scenario = try ScenarioDecoder.decode(Array(text.utf8), file: "s.yaml")
        #expect(scenario.device("S-1")?.model == .usbScanner(speech))
    }

    @Test func theShippedShopIsAScenario() throws {
        let scenario = try ScenarioFiles.shop()
        #expect(scenario.name == "shop")
        #expect(scenario.devices.map(\.id) == ["SCAN-1", "SCAN-2", "FTS-001", "FM-001", "TW-025"])
        #expect(scenario.device("FM-001")?.link == .pty(path: ".plumbline/sim/kral"))
        #expect(scenario.device("FTS-001")?.link == .tcp(host: "127.0.0.1", port: 15_020))
        let parts = try #require(scenario.parts)
        #expect((0..<3).map(parts.serial) == ["SA10197", "SA10198", "SA10199"])
        #expect(parts.healths.prefix(5).count { $0.deliveryPercent > 5 } == 1)
        #expect(scenario.stations.first?.badge == "OP:5F1C9A")
    }

    @Test(arguments: [
        ("model: flow-bench", "model: flow-bank", "s.yaml:4:16: "),
        ("127.0.0.1:0", "10.0.0.1:502", "s.yaml:4:36: "),
        ("127.0.0.1:0", "127.0.0.1:99999", "s.yaml:4:36: "),
        ("seed: 3", "sead: 3", "s.yaml:2:1: "),
        ("scenario: tiny", "scenario: [", "s.yaml:"),
        ("flow-bench, ", "flow-bench, lissen: x, ", "s.yaml:4:28: "),
    ])
    func aMistakeIsToldWithItsPlace(right: String, wrong: String, place: String) throws {
        #expect(faults(Self.head).isEmpty)
        let told = faults(Self.head.replacing(right, with: wrong))
        #expect(told.first?.hasPrefix(place) == true, "\(told)")
    }

    @Test(arguments: [
        ("openprotocol://127.0.0.1:0", "openprotocol://10.0.0.1:4545", ":3:38: "),
        ("openprotocol://127.0.0.1:0", "tcp://127.0.0.1:0", ":3:38: "),
        ("quirks: cet", "quirks: abc", ":3:76: "), ("samples: 500", "samples: 1", ":3:90: "),
        ("torque_min: \"25.009\"", "torque_min: 25.009", ":3:107: "),
        ("outcomes: [ok]", "outcomes: [good]", ":3:128: "), ("every: 1 s", "every: 1", ":3:140: "),
        ("every: 1 s", "framing: ascii", ":3:133: "),
    ])
    func aMistakeInATorqueControllerIsToldWithItsPlace(right: String, wrong: String, place: String) throws {
        let text = """
            scenario: tiny
            devices:
              TW-1: {model: open-protocol, link: "openprotocol://127.0.0.1:0", quirks: cet, samples: 500, \
            torque_min: "25.009", outcomes: [ok], every: 1 s}

            """
        #expect(faults(text).isEmpty, "\(faults(text))")
        let told = faults(text.replacing(right, with: wrong))
        #expect(told.contains { $0.hasPrefix("s.yaml\(place)") }, "\(told)")
    }

    @Test func faultsFitTheirDevices() {
        let head =
            Self.head + """
                  TW-1: {model: open-protocol, link: "openprotocol://127.0.0.1:0"}
                faults:

                """
        #expect(faults(head + "  - {device: TW-1, kind: drip, by: 5 ms}\n").isEmpty)
        #expect(faults(head + "  - {device: TW-1, kind: wrong_unit}\n").count == 1)
        #expect(faults(head + "  - {device: B-1, kind: flood}\n").count == 1)
        #expect(faults(head + "  - {device: TW-1, kind: id_jump, for: 5 s}\n").count == 1)
    }

    @Test func faultsThatCannotApplyAreToldTogether() {
        let told = faults(
            Self.head + """
                faults:
                  - {device: B-2, kind: silent}
                  - {device: S-1, kind: silent}
                  - {device: B-1, kind: deaf, after: 5}
                  - {device: B-1, kind: restart, for: 5 s}

                """)
        #expect(told.count == 5, "\(told)")
        #expect(told[0].hasPrefix("s.yaml:7:14: ") && told[0].contains("B-2"))
        #expect(told[1].hasPrefix("s.yaml:8:14: "))
        #expect(told[2].hasPrefix("s.yaml:9:25: "))
        #expect(told[3].hasPrefix("s.yaml:9:38: "))
        #expect(told[4].hasPrefix("s.yaml:10:39: "))
    }

    @Test func twoDevicesCannotHaveOneAddress() {
        let told = faults(
            Self.head.replacing("127.0.0.1:0", with: "127.0.0.1:15020").replacing(
                "  S-1", with: "  B-2: {model: flow-bench, listen: \"127.0.0.1:15020\"}\n  S-1"))
        #expect(told.count == 1 && told[0].contains("both want 127.0.0.1:15020"), "\(told)")
    }

    @Test func aFaultIsDecodedInRealTime() throws {
        let text = Self.head + "faults: [{device: B-1, kind: delay, after: 2 s, for: 500 ms, by: 300 ms}]\n"
        let scenario = try ScenarioDecoder.decode(Array(text.utf8), file: "s.yaml")
        #expect(
            scenario.faults == [
                .init(
                    device: "B-1", kind: .delay, afterMilliseconds: 2000, forMilliseconds: 500,
                    byMilliseconds: 300, code: 6)
            ])
    }
}
