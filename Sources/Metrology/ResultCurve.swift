/// A curve of a device's result, as the device sent it: evidence beside the values, never judged.
package struct ResultCurve: Sendable, Equatable {
    /// What it shows, by the name that records and commands have for it.
    package enum Kind: String, Sendable, CaseIterable {
        case torque, angle, current, gradient, stroke, force
        /// Limits and points that are drawn beside curves.
        case limits
        /// What cannot be told: of a kind that is not known, or not readable at all.
        case unknown
    }

    package let kind: Kind
    /// UCUM code of the samples' unit once they are scaled; nil where it is not known.
    package let unit: String?
    /// Samples in `raw`; 0 where it holds none or cannot be read.
    package let sampleCount: Int
    /// How `raw` is read: `open-protocol-0900` or `open-protocol-0901`.
    package let format: String
    /// Every byte of it as received, from one message or from all of its parts.
    package let raw: [UInt8]

    package init(kind: Kind, unit: String?, sampleCount: Int, format: String, raw: [UInt8]) {
        (self.kind, self.unit, self.sampleCount) = (kind, unit, sampleCount)
        (self.format, self.raw) = (format, raw)
    }
}

/// A curve that is in no result: it came too late, or fits none.
package struct LateCurve: Sendable, Equatable {
    /// Asset id of the device.
    package let device: String
    /// The device's number of the result that the curve says it belongs to; nil where it cannot be read.
    package let sequence: String?
    /// Counts the late curves of this run of the device's driver, from 1.
    package let number: Int
    package let curve: ResultCurve
    /// Why it is in no result, in words that go on after "kept:".
    package let reason: String
    /// When its last byte arrived.
    package let stamp: Stamp
    package let provenance: Provenance

    package init(
        device: String, sequence: String?, number: Int, curve: ResultCurve, reason: String, stamp: Stamp,
        provenance: Provenance
    ) {
        (self.device, self.sequence, self.number, self.curve) = (device, sequence, number, curve)
        (self.reason, self.stamp, self.provenance) = (reason, stamp, provenance)
    }
}
