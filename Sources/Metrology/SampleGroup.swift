/// Samples decoded from one reply: what a device reports as the result of one of its own cycles.
///
/// A group is whole or does not exist; its values were never read at two moments.
package struct SampleGroup: Sendable, Equatable {
    /// Asset id of the device.
    package let device: String
    /// The device's own number of this result, as it was read: decimal digits.
    package let sequence: String
    /// The text that the device was bound to when it started, as it came back.
    ///
    /// Nil where its profile has none.
    package let echo: String?
    /// Whether the device itself calls the result valid.
    package let isValid: Bool
    /// By point id.
    package let samples: [String: Sample]
    /// The whole reply that every sample was decoded from.
    package let raw: [UInt8]
    /// The bytes by which the result is known when it is seen again: `raw`, or, where outcomes are counted,
    /// those of the counters alone, for the status around them changes while the result stays.
    package let identity: [UInt8]
    /// When the reply's last byte arrived.
    package let stamp: Stamp
    /// What the device drew while it worked; empty where it draws nothing, or where that came too late.
    package private(set) var curves: [ResultCurve] = []
    /// Why it may be a result that was taken before, and is credited to no step; nil where it is none.
    package private(set) var doubt: String?
    /// Whether the device undid what it had done, as a tool does that loosens a screw: nothing to judge.
    package private(set) var undoesWork = false

    /// Without an `identity` the whole reply is it.
    package init(
        device: String, sequence: String, echo: String?, isValid: Bool, samples: [String: Sample],
        raw: [UInt8], identity: [UInt8]? = nil, stamp: Stamp
    ) {
        (self.device, self.sequence, self.echo, self.isValid) = (device, sequence, echo, isValid)
        (self.samples, self.raw, self.stamp) = (samples, raw, stamp)
        self.identity = identity ?? raw
    }

    /// The same, as work that was undone.
    package func undoing() -> SampleGroup {
        var copy = self
        copy.undoesWork = true
        return copy
    }

    /// The same, credited to no step.
    package func doubted(because reason: String) -> SampleGroup {
        var copy = self
        copy.doubt = reason
        return copy
    }

    /// The same with what the device drew.
    package func drawn(as curves: [ResultCurve]) -> SampleGroup {
        var copy = self
        copy.curves = curves
        return copy
    }
}
