package import Metrology

/// What one gateway is, what hangs on it, and where its records go: `gateway.yaml`.
///
/// Paths are resolved: `data` against the working directory, everything else against the file that names it.
package struct GatewayConfiguration: Sendable, Equatable {
    package let site: String
    /// The gateway's own name in every record.
    package let id: String
    /// Whose records these are, where one site works for several.
    package let company: String?
    package let dataDirectory: String
    /// Folders in which profiles are looked for by name, in order.
    package let profileFolders: [String]
    /// In the order of the file, as all that follows.
    package let devices: [DeviceConfiguration]
    package let stations: [StationConfiguration]
    package let sinks: [SinkConfiguration]
    package let backup: BackupSchedule?
    package let ledger: LedgerConfiguration
    package let web: WebConfiguration
    /// Who may work here; nil where no badge is asked for.
    package let operatorsPath: String?
    /// What is known of parts; nil where marks and the ledger alone say it.
    package let partsPath: String?
    /// The signed set of action codes and badges; nil where none counts.
    package let codes: CodeSetConfiguration?

    /// The device with this asset id.
    package func device(_ id: String) -> DeviceConfiguration? { devices.first { $0.id == id } }
}

/// Which entries become durable together.
package struct LedgerConfiguration: Sendable, Equatable {
    /// Milliseconds between commits while many follow each other: 20 has 64 tools that tighten once a second
    /// write 50 times a second, and nobody wait noticeably longer.
    package var intervalMilliseconds = 20
    /// The most acts in one commit.
    package var batch = 1_000
}

/// Which printed codes count, and whose signature they must have.
package struct CodeSetConfiguration: Sendable, Equatable {
    package let path: String
    /// The public key's file; the signature is in the set's own path with `.sig` after it.
    package let keyPath: String
    package let place: SourcePlace
}

/// One device: an asset id, a profile, a link.
package struct DeviceConfiguration: Sendable, Equatable {
    /// Asset id: `FTS-001`.
    package let id: String
    package let provenance: Provenance
    /// Name of its profile.
    package let profile: String
    /// As the file has it: `modbus+tcp://127.0.0.1:15020?unit=1`; only its scheme is checked here.
    package let link: String
    /// Serial number of this instance, where a person has written it down.
    package let serial: String?
    package let calibration: CalibrationCertificate?
    package let place: SourcePlace
    /// Where the link stands, for what its parser has to say about it.
    package let linkPlace: SourcePlace
}

/// What says that a gauge measures right, and until when.
package struct CalibrationCertificate: Sendable, Equatable {
    package let certificate: String
    /// The last day on which it counts.
    package let due: CalendarDate
}

/// Where a technician works.
package struct StationConfiguration: Sendable, Equatable {
    package let id: String
    /// Asset ids of its scanners; may be empty where codes come from the page.
    package let scanners: [String]
    package let planPath: String
    /// Role of the plan to asset id of the device.
    package let bindings: [String: String]
    /// How long a scan may wait for the station before it is too old to count.
    package let scanPatienceMilliseconds: Int
    package let place: SourcePlace
}

/// Where records are delivered.
package struct SinkConfiguration: Sendable, Equatable {
    package let id: String
    package let kind: Kind
    /// Whether simulated and replayed records are welcome too.
    package let acceptsTest: Bool
    package let place: SourcePlace

    /// What sort of store it is, with what only that sort needs.
    package enum Kind: Sendable, Equatable {
        /// The embedded QMS store, a database file.
        case sqlite(path: String)
    }
}

/// When and where the ledger is copied.
package struct BackupSchedule: Sendable, Equatable {
    package let everyMilliseconds: Int
    package let folder: String
    /// How many copies are kept.
    package let keep: Int
}

/// Where the station page listens; loopback unless the file says otherwise.
package struct WebConfiguration: Sendable, Equatable {
    package let host: String
    package let port: Int
}
