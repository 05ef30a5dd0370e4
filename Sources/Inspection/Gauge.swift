package import Metrology

/// A device as a measuring instrument: which one it is, what describes it, and who vouches for it.
package struct Gauge: Sendable, Equatable {
    /// Asset id: `FTS-001`.
    package let id: String
    /// The maker's serial number as the configuration states it; nil where it states none.
    package let serial: String?
    /// Whether the device tells its serial number, by its profile.
    package let tellsSerial: Bool
    /// Who answers in its place now.
    package var identity = DeviceIdentity.unknown
    package let profile: String
    package let profileRevision: Int
    /// SHA-256 of the profile's bytes, lower-case hex.
    package let profileSHA256: String
    /// Nil where none is on file.
    package let calibration: Calibration?
    /// What the configuration declares: a simulator on loopback looks live otherwise.
    package let provenance: Provenance

    package init(
        id: String, serial: String?, profile: String, profileRevision: Int, profileSHA256: String,
        calibration: Calibration?, provenance: Provenance, tellsSerial: Bool = false
    ) {
        (self.id, self.serial, self.profile) = (id, serial, profile)
        self.tellsSerial = tellsSerial
        (self.profileRevision, self.profileSHA256) = (profileRevision, profileSHA256)
        (self.calibration, self.provenance) = (calibration, provenance)
    }

    /// Whether the device that answers is known to be the one that the certificate was written for.
    ///
    /// Where a serial number is stated and the device tells its own, both must agree; one that it did not
    /// tell is not known to agree. Without either nothing can be compared.
    package var isTheOneStated: Bool {
        guard let serial, tellsSerial else { return true }
        return identity[.serial].map { DeviceIdentity.isSame($0, serial) } ?? false
    }

    /// Whether this gauge may judge a part on `date`.
    package func calibrationStatus(on date: CalendarDate) -> CalibrationStatus {
        guard let calibration else { return .missing }
        return date <= calibration.due ? .current : .overdue
    }
}

/// The certificate that vouches for a gauge, and the last day on which it does.
package struct Calibration: Sendable, Equatable {
    package let certificate: String
    package let due: CalendarDate

    package init(certificate: String, due: CalendarDate) { (self.certificate, self.due) = (certificate, due) }
}

/// What a gauge's calibration says about a value taken with it. Only `current` lets a value be judged.
package enum CalibrationStatus: String, Sendable {
    case current, overdue, missing
}
