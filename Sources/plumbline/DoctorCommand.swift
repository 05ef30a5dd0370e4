import Codecs
import Gateway
import Glibc
import Metrology
import Profiles
import Transports

extension Command {
    /// `plumbline doctor`: what is wrong with scanners and with the ttys of devices that send lines, and what
    /// to do about it, without opening one.
    static let doctor = Command(
        name: "doctor", operands: "",
        summary: "what is wrong with scanners and ttys: cables, rights, drivers, modes; and the remedy"
    ) { arguments, console in
        let deployment = try arguments.deployment()
        let doctor = try DeviceDoctor(deployment)
        var isWell = true
        for (device, finding) in doctor.findings {
            isWell = isWell && !finding.isFault
            guard console.usesJSON else {
                let level = finding.isFault ? "" : " (note)"
                console.print("\(device): \(finding.what): \(finding.remedy)\(level)")
                continue
            }
            console.print(
                CanonicalJSON.text([
                    "device": .string(device), "level": finding.isFault ? "error" : "note",
                    "what": .string(finding.what), "remedy": .string(finding.remedy),
                ]))
        }
        if isWell { console.say("\(doctor.devices) devices looked at, nothing wrong") }
        return isWell ? .success : .device
    }
}

/// Looks at every scanner of a configuration, and at every tty of a device that sends lines, from outside, as
/// the user who runs it.
private struct DeviceDoctor {
    private(set) var findings: [(device: String, finding: USBDiagnosis.Finding)] = []
    private(set) var devices = 0

    init(_ deployment: Deployment) throws(CommandFailure) {
        var onBus: [USBDevice]?
        for configuration in deployment.configuration.devices {
            guard let profile = deployment.profiles[configuration.id],
                profile.scanner != nil || profile.lines != nil
            else { continue }
            do {
                switch try LinkAddress(configuration.link) {
                case .usb(let address):
                    guard let scanner = profile.scanner else { continue }
                    let plugged = try onBus ?? LibUSBBus.devices(time: SystemTime())
                    onBus = plugged
                    let rule = try USBScannerRule(address, scanner)
                    let diagnosis = USBDiagnosis(of: rule, among: plugged) { $0.access }
                    findings += diagnosis.findings.map { (configuration.id, $0) }
                case .serial(let settings):
                    findings += Self.findings(ofTTY: settings.path).map { (configuration.id, $0) }
                default: continue
                }
                devices += 1
            } catch {
                throw CommandFailure(.device, "\(configuration.id): \(error)")
            }
        }
    }

    private static func findings(ofTTY path: String) -> [USBDiagnosis.Finding] {
        if access(path, F_OK) != 0 {
            let what = "\(path) is not there"
            let remedy = "plug the device in, or name the port as `ls -l /dev/serial/by-id` does"
            return [USBDiagnosis.Finding(what: what, remedy: remedy, isFault: true)]
        }
        guard access(path, R_OK | W_OK) != 0 else { return [] }
        let what = "this user may not open \(path)"
        let remedy = "put the user into group dialout, and log in again"
        return [USBDiagnosis.Finding(what: what, remedy: remedy, isFault: true)]
    }
}
