import Codecs
import Profiles

/// A screw is loosened while the tool works for a part.
extension TorqueMachine {
    /// Unlocks the tool again where it works for the part still: some lock themselves after whatever they
    /// did, and a technician who has loosened a screw would wait for ever.
    mutating func unlockAfterLoosening(_ result: TorqueResult) {
        guard let work, work.answer == nil, result.act == .loosening, setup.profile.locksTool,
            phase == .ready
        else { return }
        requests.append(.enableTool, for: .unlock)
    }
}
