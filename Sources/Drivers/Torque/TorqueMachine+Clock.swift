import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// The controller's clock: looked at every five minutes, and set right where the profile permits that.
extension TorqueMachine {
    mutating func askForTime(_ now: Int64) {
        clock.isAsked(now)
        requests.append(.readTime, for: .clock)
    }

    /// MID 0081.
    mutating func told(
        _ time: OpenProtocolTime?, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        switch clock.heard(time, at: civil(stamp)) {
        case .right: break
        case .set(let before, let after):
            let text = "its clock was \(Self.wording(before)), was set, and is \(Self.wording(after))"
            let members: [String: JSONValue] = [
                "offset_before_s": .optional(before), "offset_after_s": .optional(after),
            ]
            notice(.deviceClockSet, text, members.merging(times(time, stamp)) { $1 }, &output)
        case .off(let offset, let isNews):
            guard let hindrance = setClock(offset, stamp), isNews else { return }
            let text = "its clock is \(Self.wording(offset)), and stays so: \(hindrance)"
            let members: [String: JSONValue] = ["offset_s": .optional(offset), "because": .string(hindrance)]
            notice(.deviceClockOff, text, members.merging(times(time, stamp)) { $1 }, &output)
        }
    }

    /// Sets the clock right; why that is not done, where it is not.
    private mutating func setClock(_ offset: Int64?, _ stamp: Stamp) -> String? {
        guard setup.profile.clock.isCorrected else { return "the profile does not permit to correct it" }
        guard setup.civil.isSynchronized() else { return "the gateway's own clock is not synchronized" }
        if let refusal = clock.refusal { return refusal }
        // Only a year of five digits cannot be written; the caller enters the sentence.
        guard let time = ControllerClock.time(civil(stamp)),
            let request = try? OpenProtocolRequest.setTime(time)
        else { return "the gateway's time cannot be written" }
        clock.corrects(offset)
        requests.append(request, for: .setClock)
        return nil
    }

    /// MID 0082 was taken: the next look shows what came of it.
    mutating func clockIsSet(_ now: Int64) {
        clock.wasSet()
        askForTime(now)
    }

    mutating func clockRefused(
        _ reason: String, _ output: inout ByteLineOutput<Event>
    ) {
        let before = clock.isRefused(reason)
        let text = "its clock is \(Self.wording(before)), and stays so: \(reason)"
        let members: [String: JSONValue] = ["offset_s": .optional(before), "because": .string(reason)]
        notice(.deviceClockOff, text, members, &output)
    }

    /// Our seconds since 1970 in the controller's zone, rounded.
    private func civil(_ stamp: Stamp) -> Int64 {
        let seconds = (stamp.utc.nanoseconds + 500_000_000) / 1_000_000_000
        return setup.profile.clock.isUTC ? seconds : seconds + setup.civil.secondsEast(stamp.utc)
    }

    /// What the controller's clock showed, as it sent it, and ours.
    private func times(_ time: OpenProtocolTime?, _ stamp: Stamp) -> [String: JSONValue] {
        [
            "controller_time": .optional(time?.text),
            "gateway_time": .optional(ControllerClock.time(civil(stamp))?.text),
        ]
    }

    private static func wording(_ offset: Int64?) -> String {
        switch offset {
        case nil: "not on any calendar"
        case .some(let seconds) where seconds < 0: "\(-seconds) s behind"
        case 0: "right"
        case .some(let seconds): "\(seconds) s ahead"
        }
    }
}

extension JSONValue {
    fileprivate static func optional(_ number: Int64?) -> JSONValue { number.map { .number($0) } ?? .null }
}
