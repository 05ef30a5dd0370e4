/// Whether data came from a real device now, from a tape, or from a simulator.
///
/// Ordered from least to most live: a record takes the least live of its samples.
package enum Provenance: String, Sendable, Comparable, CaseIterable {
    case simulated
    case replayed
    case live

    package static func < (left: Provenance, right: Provenance) -> Bool {
        let order: [Provenance] = [.simulated, .replayed, .live]
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}

/// Whether a value may be judged. A bad value is never judged and never shown as current.
package enum Quality: Sendable, Hashable {
    case good
    case bad(Defect)

    /// Why a value is bad.
    package enum Defect: String, Sendable {
        /// The device gave no answer in time.
        case timeout
        /// The link to the device is down.
        case offline
        /// The device answered with an exception or an error form.
        case refused
        /// The reply did not hold the value: too short, wrong bytes, no such code.
        case malformed
        /// The device sent NaN, infinity or its own mark for "no value".
        case sentinel
        /// The value lies outside what the profile says the device can give.
        case implausible
        /// The device itself says that the value is not to be trusted.
        case flagged
        /// The value was read, but too long ago.
        case stale
    }
}

/// What a point's bytes say.
package enum PointValue: Sendable, Hashable, CustomStringConvertible {
    case decimal(ExactDecimal)
    case text(String)

    package var decimal: ExactDecimal? {
        guard case .decimal(let value) = self else { return nil }
        return value
    }

    package var description: String {
        switch self {
        case .decimal(let value): value.description
        case .text(let text): text
        }
    }
}

/// A point's value at one instant, with all that is needed to prove it later.
package struct Sample: Sendable, Equatable {
    /// Asset id of the device: `FTS-001`.
    package let device: String
    /// The point's id in the device's profile.
    package let point: String
    /// Nil exactly where the quality is bad and no value could be read at all.
    package let value: PointValue?
    /// Nil for texts and for numbers without a unit.
    package let unit: UnitOfMeasure?
    /// The bytes of the reply that this value was decoded from, in wire order; empty where none came. All
    /// samples of a reply share its storage.
    package let bytes: ArraySlice<UInt8>
    package let quality: Quality
    /// When the reply's last byte arrived.
    package let stamp: Stamp
    package let provenance: Provenance

    /// `bytes` in storage of their own.
    package var raw: [UInt8] { Array(bytes) }

    package init(
        device: String, point: String, value: PointValue?, unit: UnitOfMeasure?, bytes: ArraySlice<UInt8>,
        quality: Quality, stamp: Stamp, provenance: Provenance
    ) {
        (self.device, self.point, self.value, self.unit) = (device, point, value, unit)
        (self.bytes, self.quality, self.stamp, self.provenance) = (bytes, quality, stamp, provenance)
    }

    package init(
        device: String, point: String, value: PointValue?, unit: UnitOfMeasure?, raw: [UInt8],
        quality: Quality, stamp: Stamp, provenance: Provenance
    ) {
        self.init(
            device: device, point: point, value: value, unit: unit, bytes: raw[...], quality: quality,
            stamp: stamp, provenance: provenance)
    }
}
