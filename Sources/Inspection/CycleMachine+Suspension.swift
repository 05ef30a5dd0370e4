import Metrology

/// Nothing can be recorded for a while: the disk has no room for it.
///
/// What is under way at a machine may still end, for its result has room left. Nothing else begins: tools in
/// somebody's hands are stopped, START and scans are refused without an entry, for which there is no room,
/// and no step's time runs out.
extension CycleMachine {
    /// From now on nothing is recorded, because of `reason`, a sentence for the technician; or, where that is
    /// nil, it is again.
    mutating func suspend(_ reason: String?, at moment: Moment) -> [Action] {
        let before = suspension
        suspension = reason
        if reason == nil, refusal?.code == .notRecording { refusal = nil }
        guard case .waiting(let cycle, var progress) = phase else { return [] }
        guard reason != nil else {
            guard before != nil, !progress.isStarted, !progress.isStarting else { return [] }
            return proceed(cycle, isResumed: progress.mayHaveBegun, at: moment)
        }
        guard before == nil, progress.isStarted || progress.isStarting, isHandWork(progress) else {
            return []
        }
        (progress.isStarted, progress.isStarting, progress.mayHaveBegun) = (false, false, true)
        phase = .waiting(cycle, progress)
        return [.stop(role: station.plan.steps[progress.index].completes)]
    }

    /// The refusal of `input` while nothing is recorded; nil where it may be taken all the same.
    mutating func suspended(_ input: Input, at moment: Moment) -> [Action]? {
        guard let suspension else { return nil }
        switch input {
        case .badge, .part, .code, .refused:
            refusal = Refusal(code: .notRecording, text: suspension, at: moment.stamp.utc, isCalm: false)
            refusedScans += 1
            return []
        case .tick: return []
        default: return nil
        }
    }
}
