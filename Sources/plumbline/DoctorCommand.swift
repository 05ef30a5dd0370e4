import Codecs
import Gateway
import Glibc
import Metrology
import Profiles
import Transports

extension Command {
    /// `plumbline doctor`: what is wrong with scanners, and what to do about it, without opening one.
    static let doctor = Command(
        name: "doctor", operands: "",
        summary: "what is wrong with scanners: cables, rights, drivers, modes; and what to do"
    ) { arguments, console in
        let deployment = try arguments.deployment()
        let doctor = try ScannerDoctor(deployment)
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
        if isWell { console.say("\(doctor.scanners) scanners, nothing wrong") }
        return isWell ? .success : .device
    }
}

/// Looks at every scanner of a configuration from outside, as the user who runs it.
private struct ScannerDoctor {
    private(set) var findings: [(device: String, finding: USBDiagnosis.Finding)] = []
    private(set) var scanners = 0

    init(_ deployment: Deployment) throws(CommandFailure) {
        var devices: [USBDevice]?
        for configuration in deployment.configuration.devices {
            guard let profile = deployment.profiles[configuration.id]?.scanner else { continue }
            scanners += 1
            do {
                switch try LinkAddress(configuration.link) {
                case .usb(let address):
                    let plugged = try devices ?? LibUSBBus.devices(time: SystemTime())
                    devices = plugged
                    let rule = try USBScannerRule(address, profile)
                    let diagnosis = USBDiagnosis(of: rule, among: plugged) { $0.access }
                    findings += diagnosis.findings.map { (configuration.id, $0) }
                case .serial(let settings):
                    findings += Self.findings(ofTTY: settings.path).map { (configuration.id, $0) }
                default: break
                }
            } catch {
                throw CommandFailure(.device, "\(configuration.id): \(error)")
            }
        }
    }

    private static func findings(ofTTY path: String) -> [USBDiagnosis.Finding] {
        if access(path, F_OK) != 0 {
            let what = "\(path) is not there"
            let remedy = "plug the scanner in, or name the port as `ls -l /dev/serial/by-id` does"
            return [USBDiagnosis.Finding(what: what, remedy: remedy, isFault: true)]
        }
        guard access(path, R_OK | W_OK) != 0 else { return [] }
        let what = "this user may not open \(path)"
        let remedy = "put the user into group dialout, and log in again"
        return [USBDiagnosis.Finding(what: what, remedy: remedy, isFault: true)]
    }
}
