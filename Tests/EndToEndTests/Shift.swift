import Codecs
import Foundation
import Judging
import Testing

/// A technician's shift at one station, with a USB scanner that is set to one way of speaking.
struct Shift {
    /// How the scanner on USB speaks, by the mock's word for it.
    enum Mode: String, CaseIterable {
        case hidPOS = "hid-pos"
        /// A serial line, on which the scanner is told what became of each scan.
        case serial = "cdc"
        case keyboard
    }

    let shop: Shop
    let mode: Mode

    private static let answeredScanner = """
        profile: answered-scanner
        revision: 1
        manufacturer: any
        model: serial barcode scanner that beeps when it is told to
        protocol: serial
        source: made up for this test
        framing: {suffix: "\\r"}
        acknowledge: {accept: "\\x06", refuse: "\\x15"}

        """

    /// A shop as it is shipped, but for the scanner's mode and a shorter plan.
    init(_ mode: Mode) throws {
        self.mode = mode
        let profile =
            switch mode {
            case .hidPOS: "usb-hid-pos-scanner"
            case .serial: "answered-scanner"
            case .keyboard: "usb-keyboard-scanner"
            }
        shop = try Shop(technician: false, usb: true) { gateway in
            gateway.replacingOccurrences(of: "profile: usb-hid-pos-scanner", with: "profile: \(profile)")
                .replacingOccurrences(of: "/DeviceProfiles]", with: "/DeviceProfiles, profiles]")
        }
        try shop.write("profiles/answered-scanner.yaml", Self.answeredScanner)
        let scenario = try String(
            contentsOf: shop.folder.appendingPathComponent("shop.yaml"), encoding: .utf8)
        let model = mode == .serial ? "usb-serial-scanner" : profile
        try shop.write(
            "shop.yaml",
            scenario.replacingOccurrences(of: "model: usb-hid-pos-scanner", with: "model: \(model)"))
        try shop.shortenPlan()
    }

    func start() async throws {
        try await shop.startSimulator()
        try await shop.startGateway(usb: true, mode: mode.rawValue)
        try await shop.expectScanner("SCAN-1", "online")
        try await shop.expectScanner("SCAN-2", "online")
    }

    /// What stands on the part with this serial: a keyboard has no keys for the separators of an IUID mark.
    func mark(_ serial: String) -> String { mode == .keyboard ? serial : Shop.mark(serial) }

    /// A mark whose part nobody inspects here.
    var foreignMark: String {
        mode == .keyboard
            ? "XB10600"
            : Shop.mark("SA10600").replacingOccurrences(of: "4L0014-163B", with: "4L0014-999X")
    }

    /// Scans `text` with the USB scanner.
    func scan(_ text: String) throws {
        try shop.control("/scan", ["scanner": "SCAN-1", "text": .string(text)])
    }

    /// Scans `text` with the USB scanner, which is refused for this reason, and is told so.
    func expectRefusal(of text: String, _ code: String, about words: String = "") async throws {
        try scan(text)
        try await shop.expectStation("the scan is refused: \(code) \(words)") {
            guard $0["refusal"]?["code"]?.text == code else { return false }
            return words.isEmpty || $0["refusal"]?["text"]?.text?.contains(words) == true
        }
        try await expectAnswer("15")
    }

    /// Scans the part, which is taken, and waits until the tool was told whose nut it tightens.
    func take(_ serial: String) async throws {
        try scan(mark(serial))
        try await shop.expectDevice("TW-025", shows: "waiting")
        try await expectAnswer("06")
    }

    /// Tightens its nut, each in its own way: the part passes. What the devices then hold is kept.
    /// `onceDecided` is done at once when it has.
    func finish(_ serial: String, onceDecided act: () async throws -> Void = {}) async throws {
        let number = try #require(Int64(serial.suffix(1)))
        try shop.tighten(torque: 2_700 + 10 * number, angle: 40 + number)
        try await shop.expectStation(within: 30, "\(serial) passes") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"] == "PASS"
        }
        try await act()
        let truth = try await shop.shownByBenchAndTool()
        #expect(truth["torque"]?.integer == 2_700 + 10 * number)
        #expect(truth["angle"]?.integer == 40 + number)
        try shop.write("truth-\(serial).json", CanonicalJSON.text(truth))
    }

    /// What bench and tool held when the part had passed.
    func truth(of serial: String) throws -> JSONValue {
        let file = shop.folder.appendingPathComponent("truth-\(serial).json")
        return try JSONParser.parse(Array(try Data(contentsOf: file)))
    }

    /// Tells the mock scanner what a hand would do.
    func tellMock(_ command: String) throws -> String {
        try USBMockControl.tell(command, at: shop.usbSocket)
    }

    /// Waits until the scanner was told so, once; one that cannot be told anything was told nothing.
    func expectAnswer(_ hex: String) async throws {
        var written = ""
        let isTold = try await Deadline.wait(mode == .serial ? Deadline.usual : 0) {
            written = try tellMock("written")
            return written != "ok "
        }
        #expect(isTold == (mode == .serial))
        #expect(written == "ok \(mode == .serial ? hex : "")")
    }
}
