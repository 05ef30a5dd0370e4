import Codecs
import Foundation

/// A device that a test puts in the place of the shop's own.
struct Gauge {
    let id: String
    /// What it is called in the plan.
    let role: String
    /// What the scenario says of it, its model first.
    let simulated: String
    let profile: String
    let link: String
}

extension Shop {
    /// Makes this a shop with a serial scanner and `gauges` at its only station, which follows `plan`.
    func furnish(_ name: String, _ gauges: [Gauge], plan: String) throws {
        let simulated = gauges.map { "  \($0.id): {\($0.simulated)}\n" }.joined()
        try write(
            "shop.yaml",
            """
            scenario: \(name)
            seed: 7
            devices:
              SCAN-2: {model: serial-scanner, pty: \(folder.path)/sim/scan-2, suffix: cr}

            """ + simulated)
        try write("gateway.yaml", gateway(name, gauges) + gauges.map(\.configuration).joined())
        try write("plans/\(name).yaml", plan)
    }

    /// Gives the gateway a device profile of its own: the shipped one of `model` under the name `name`,
    /// changed by `edit`.
    func writeProfile(_ name: String, like model: String, _ edit: (String) -> String) throws {
        let shipped = try String(
            contentsOf: Program.checkout.appendingPathComponent("DeviceProfiles/\(model).yaml"),
            encoding: .utf8)
        try write(
            "own/\(name).yaml",
            edit(shipped.replacingOccurrences(of: "profile: \(model)", with: "profile: \(name)")))
        let gateway = try String(contentsOfFile: configuration, encoding: .utf8)
        try write(
            "gateway.yaml", gateway.replacingOccurrences(of: "profiles: [\"", with: "profiles: [own, \""))
    }

    /// The gateway's configuration but for its gauges, which come last.
    private func gateway(_ plan: String, _ gauges: [Gauge]) -> String {
        """
        gateway: {site: plant-1, id: bench-pc-07}
        data: data
        profiles: ["\(Program.checkout.path)/DeviceProfiles"]
        operators: operators.yaml
        sinks:
          qms: {kind: sqlite, path: qms.db, accepts: test}
        web: {listen: 127.0.0.1:\(ports.web)}
        stations:
          flow-test-1:
            scanners: [SCAN-2]
            plan: plans/\(plan).yaml
            bind: {\(gauges.map { "\($0.role): \($0.id)" }.joined(separator: ", "))}
        devices:
          SCAN-2:
            provenance: simulated
            profile: serial-scanner
            link: "serial://\(folder.path)/sim/scan-2?baud=9600"

        """
    }
}

extension Gauge {
    fileprivate var configuration: String {
        """
          \(id):
            provenance: simulated
            profile: \(profile)
            link: "\(link)"
            calibration: {certificate: C-\(id), due: 2099-12-31}

        """
    }
}
