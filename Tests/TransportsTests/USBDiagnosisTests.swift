import Codecs
import Testing

@testable import Transports

struct USBDiagnosisTests {
    private let rule = USBScannerRule(address: USBSamples.address, mode: .hidPOS)

    private func diagnosis(
        of rule: USBScannerRule, _ devices: [USBDevice], mayOpen: Bool = true, drivers: [UInt8: String] = [:]
    ) -> [USBDiagnosis.Finding] {
        USBDiagnosis(of: rule, among: devices) { _ in .init(mayOpen: mayOpen, drivers: drivers) }.findings
    }

    @Test func aScannerThatCanBeReadHasNoFindings() {
        #expect(diagnosis(of: rule, [USBSamples.device(1)]) == [])
        // The gateway itself holds it.
        #expect(diagnosis(of: rule, [USBSamples.device(1)], drivers: [0: "usbfs"]) == [])
    }

    @Test func missingRightsNameTheRuleThatGivesThem() throws {
        let device = USBDevice(
            id: 1, vendor: 0x0C2E, product: 0x0B6A, port: "1-1", interfaces: [USBSamples.posInterface],
            node: "/dev/bus/usb/001/004")
        let finding = try #require(diagnosis(of: rule, [device], mayOpen: false).first)
        #expect(finding.isFault)
        #expect(finding.what.contains("/dev/bus/usb/001/004"))
        // udev(7): keys, match with ==, assignment with =.
        #expect(
            finding.remedy.contains(
                #"SUBSYSTEM=="usb", ATTR{idVendor}=="0c2e", ATTR{idProduct}=="0b6a", MODE="0660", "#
                    + #"GROUP="dialout", ENV{ID_MM_DEVICE_IGNORE}="1""#))
    }

    @Test func aDriverOfTheKernelIsNoFault() throws {
        let rule = USBScannerRule(
            address: USBSamples.address, mode: .keyboard(.us, terminator: .enter))
        let keyboard = USBSamples.device(1, interfaces: [USBSamples.bootKeyboard])
        let findings = diagnosis(of: rule, [keyboard], drivers: [0: "usbhid"])
        #expect(findings.map(\.isFault) == [false, false])
        #expect(findings.first?.what.contains("keyboard mode") == true)
        #expect(findings.last?.what.contains("usbhid holds interface 0") == true)
        #expect(findings.last?.what.contains("console") == true)
    }

    @Test func absenceIsExplained() {
        #expect(diagnosis(of: rule, []).first?.what == "usb:0c2e:0b6a is not plugged in")
        let other = USBSamples.device(1, product: 0x0B61, interfaces: [USBSamples.bootKeyboard])
        let finding = diagnosis(of: rule, [other]).first
        #expect(finding?.what.contains("usb:0c2e:0b61 at port 1-1 of the same maker is (keyboard)") == true)
        #expect(finding?.remedy.contains("write usb:0c2e:0b61 into") == true)
        let storage = USBSamples.device(1, interfaces: [USBSamples.posInterface, USBSamples.storage])
        #expect(diagnosis(of: rule, [storage]).first?.remedy.contains("(storage)") == true)
    }

    @Test func twoThatFitAreAFault() {
        let findings = diagnosis(of: rule, [USBSamples.device(1), USBSamples.device(2, port: "1-2")])
        #expect(findings.map(\.what) == ["2 devices are usb:0c2e:0b6a (ports 1-1, 1-2)"])
    }
}
