import Metrology
import Profiles

/// Thins the live values of a device to those that say something new.
///
/// A value is told when it is the first, when its quality, unit or text changed, when its number is further
/// than the deadband from the one that was told last, or when the heartbeat has passed since. It is told as
/// it was read: with its own stamp, never with a newer one.
struct ReportFilter: Sendable {
    private let rules: [String: ReportRule]
    private var told: [String: Sample] = [:]

    init(_ points: [DevicePoint]) {
        rules = points.reduce(into: [:]) { rules, point in rules[point.id] = point.report }
    }

    /// Those of `samples` that are to be told; points without a rule always are.
    mutating func due(_ samples: [Sample]) -> [Sample] {
        guard !rules.isEmpty else { return samples }
        return samples.filter { sample in
            guard let rule = rules[sample.point] else { return true }
            if let last = told[sample.point], !rule.isDue(sample, after: last) { return false }
            told[sample.point] = sample
            return true
        }
    }
}

extension ReportRule {
    fileprivate func isDue(_ sample: Sample, after last: Sample) -> Bool {
        let silence = sample.stamp.monotonicNanoseconds - last.stamp.monotonicNanoseconds
        if silence >= Int64(heartbeatMilliseconds) * 1_000_000 { return true }
        guard sample.quality == last.quality, sample.unit == last.unit else { return true }
        guard let number = sample.value?.decimal, let former = last.value?.decimal else {
            return sample.value != last.value
        }
        return (number > former ? number - former : former - number) > deadband
    }
}
