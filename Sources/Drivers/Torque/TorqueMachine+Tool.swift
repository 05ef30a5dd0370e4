import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// The tool: who it is, how often it was used, when it was calibrated.
extension TorqueMachine {
    /// Asks before results are subscribed to: whose they are is known by the time that one comes.
    mutating func askForTool(_ now: Int64) {
        tool.isAsked(now)
        guard setup.profile.asksTool,
            // The tool's number is 1, which can always be written.
            let request = try? OpenProtocolRequest.tool(revision: tool.revision)
        else { return }
        requests.insert(request, for: .tool)
    }

    /// MID 0041.
    mutating func told(
        _ fields: OpenProtocolFields, _ output: inout ByteLineOutput<Event>
    ) {
        tool.told(fields)
        tellIdentity(&output)
    }

    /// MID 0040 was refused, or answered by something that cannot be read (`refusal` is nil).
    mutating func toolRefused(
        _ refusal: OpenProtocolRefusal?, _ now: Int64, _ output: inout ByteLineOutput<Event>
    ) {
        if tool.lower(after: refusal) { return askForTool(now) }
        if refusal?.isPassing == true {
            // It cannot just now.
            tool.mayHaveChanged(now)
        } else {
            tool.isUnknown()
        }
        tellIdentity(&output)
    }

    /// What no result and no start depends on was refused.
    mutating func refusedBeside(
        _ purpose: TorqueRequests.Purpose, _ refusal: OpenProtocolRefusal, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        switch purpose {
        case .scans where refusal.isRevisionUnsupported && scanner.revision > 1:
            scanner.revision -= 1
            if let request = subscriptionOfScans() { requests.insert(request, for: .scans) }
        case .identifier(let number): identifiedAgain(number, refusal, stamp, &output)
        case .tool: toolRefused(refusal, stamp.monotonicNanoseconds, &output)
        case .clock: clock.isUnknown()
        case .setClock: clockRefused(refusal.description, &output)
        case .alarms, .scans: noteRefusal(refusal, &output)
        default: break
        }
    }

    /// What is not needed was not answered.
    mutating func isMute(_ purpose: TorqueRequests.Purpose, _ output: inout ByteLineOutput<Event>) {
        let reason = "it does not answer"
        switch purpose {
        case .tool: tellIdentity(&output)
        case .curves, .curveLimits: sendsNo(purpose, reason, &output)
        case .setClock: clockRefused(reason, &output)
        case .scans:
            output.events.append(.tell(.irregular("\(setup.id): tells no scans of the tool: \(reason)")))
        default: break
        }
    }

    func tellIdentity(_ output: inout ByteLineOutput<Event>) {
        output.events.append(.tell(.identity(tool.identity)))
    }

    /// What is due while nothing else is to be said.
    mutating func askWhatIsDue(_ now: Int64) {
        guard phase == .ready, requests.isEmpty else { return }
        if let due = tool.askAt, now >= due { return askForTool(now) }
        if let due = clock.askAt, now >= due { askForTime(now) }
    }

    /// When something is to be asked though nothing happens; nil while something else is asked.
    var nextQuestion: Int64? {
        guard phase == .ready, requests.isEmpty else { return nil }
        return [tool.askAt, clock.askAt].compactMap(\.self).min()
    }
}
