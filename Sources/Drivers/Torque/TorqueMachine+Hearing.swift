import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// What a controller says, and what is made of it.
extension TorqueMachine {
    mutating func take(
        _ message: OpenProtocolMessage, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        shown.status.reads += 1
        if [900, 901].contains(message.mid) { return drew(message, stamp, &output) }
        do throws(OpenProtocolError) {
            try take(OpenProtocolReply(message), of: message, stamp, &output)
        } catch {
            output.events.append(.tell(.irregular("\(setup.id): \(error)")))
            unreadable(message, "\(error)", stamp, &output)
            noteFault(&output)
        }
    }

    /// Something could not be read; the connection is given up where that is too much.
    mutating func noteFault(_ output: inout ByteLineOutput<Event>) {
        shown.status.errors += 1
        faults += 1
        if faults >= Self.mostFaults { hangUp("too much that it says cannot be read", &output) }
    }

    /// A message that cannot be read ends what it answers, so that it is not asked for again for ever.
    private mutating func unreadable(
        _ message: OpenProtocolMessage, _ reason: String, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        if message.mid == setup.profile.resultMID { return keepUnreadable(message, reason, stamp, &output) }
        if OpenProtocolRequest.acknowledgement(ofEvent: message.mid) != nil {
            return acknowledge(event: message.mid, stamp.monotonicNanoseconds, &output)
        }
        guard let entry = requests.answered(by: message.mid) else { return }
        switch entry.purpose {
        case .session where sessionRevision > 1:
            sessionRevision -= 1
            requests.insert(.start(revision: sessionRevision), for: .session)
        case .session: hangUp(reason, &output)
        case .oldResult(let id):
            book.found(id)
            keepUnreadable(message, reason, stamp, &output)
        case .tool: toolRefused(nil, stamp.monotonicNanoseconds, &output)
        default: break
        }
    }

    private mutating func take(
        _ reply: OpenProtocolReply, of message: OpenProtocolMessage, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) throws(OpenProtocolError) {
        shown.status.lastGood = stamp
        switch reply {
        case .tightening(let tightening) where !tightening.isOld && setup.profile.spindles == nil:
            told(.single(tightening), stamp, &output)
        case .multiResult(let result) where setup.profile.spindles != nil:
            told(.several(result), stamp, &output)
        case .alarm(let alarm): told(alarm, stamp.monotonicNanoseconds, &output)
        case .identifier(let identifier): told(identifier, stamp, &output)
        case .alarmAcknowledged(let code):
            acknowledgedAlarm(code, message.mid, stamp.monotonicNanoseconds, &output)
        case .refused(let refusal) where refusesCurve(refusal, stamp, &output): break
        case .tightening(let tightening) where tightening.isOld && !isAskedFor(tightening):
            // One that was asked for before, once more: the one that is awaited may still come.
            shown.status.errors += 1
        default:
            guard let entry = requests.answered(by: message.mid, naming: reply.subject) else {
                // An answer that came too late, or one that nobody asked for.
                shown.status.errors += 1
                return
            }
            switch reply {
            case .refused(let refusal): refused(entry, refusal, stamp, &output)
            case .accepted: accepted(entry, stamp, &output)
            default: answered(entry, reply, stamp, &output)
            }
        }
    }

    private mutating func answered(
        _ entry: TorqueRequests.Entry, _ reply: OpenProtocolReply, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        switch (entry.purpose, reply) {
        case (.session, .controller(let controller)) where leavesBy == nil:
            begun(controller, stamp.monotonicNanoseconds, &output)
        case (.tool, .tool(let fields)): told(fields, &output)
        case (.clock, .time(let time)): told(time, stamp, &output)
        case (.latestResult, .tightening(let tightening)): latest(tightening, stamp, &output)
        case (.oldResult(let id), .tightening(let tightening)):
            old(tightening, as: id, stamp, &output)
        default: break
        }
    }

    private mutating func begun(
        _ controller: OpenProtocolController, _ now: Int64, _ output: inout ByteLineOutput<Event>
    ) {
        let name = controller.name.isEmpty ? "a controller" : controller.name
        let make = [controller.supplierCode, controller.software.map { "software \($0)" }]
        let told = make.compactMap(\.self) + (link.isNumbered ? ["messages numbered"] : [])
        greeting = ([name] + told).joined(separator: ", ")
        tool.begin(controller)
        askForTool(now)
        if requests.isEmpty { tellIdentity(&output) }
        requests.append(setup.profile.subscription(revision: resultRevision), for: .results)
        if setup.profile.tellsAlarms { requests.append(.subscribe(.alarm), for: .alarms) }
        if let request = subscriptionOfScans() { requests.append(request, for: .scans) }
        subscribeCurves()
        phase = .subscribing
    }

    mutating func accepted(
        _ entry: TorqueRequests.Entry, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        if entry.purpose.isSaidAgain { lastRefusal = nil }
        switch entry.purpose {
        case .curves: curvesAreSent()
        case .curveLimits: curves.subscribedLimits()
        case .start(let number, isLast: true) where work?.number == number:
            endStart(nil, .written, stamp, &output)
        case .lock, .unlock: enterLock(entry.purpose, .written, nil, stamp, &output)
        case .setClock: clockIsSet(stamp.monotonicNanoseconds)
        case .identifier(let number): identifiedAgain(number, nil, stamp, &output)
        case .farewell: hangUp(Self.stopping, &output)
        default: break
        }
    }

    mutating func refused(
        _ entry: TorqueRequests.Entry, _ refusal: OpenProtocolRefusal, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        if refusal.isAlreadySo { return accepted(entry, stamp, &output) }
        switch entry.purpose {
        case .session where refusal.isRevisionUnsupported && sessionRevision > 1:
            sessionRevision -= 1
            requests.insert(.start(revision: sessionRevision), for: .session)
        case .session: hangUp("\(refusal)", &output)
        case .results:
            if refusal.isRevisionUnsupported, let lower = setup.profile.lower(than: resultRevision) {
                resultRevision = lower
                return requests.insert(setup.profile.subscription(revision: lower), for: .results)
            }
            hangUp("tells no results: \(refusal)", &output)
        case .latestResult, .oldResult:
            if refusal.isRevisionUnsupported, oldRevision > 1 {
                oldRevision -= 1
                if entry.purpose == .latestResult { askForLatest() }
            } else if case .oldResult(let id) = entry.purpose {
                neverCame(id, "\(refusal)", &output)
            } else if refusal.code == OpenProtocolRefusal.noSuchResult {
                // Nothing was made yet: whatever comes from now on is new.
                book.beginEmpty()
            } else {
                noteRefusal(refusal, &output)
            }
        case .start(let number, _): failed(number, refusal, stamp, &output)
        case .farewell: hangUp(Self.stopping, &output)
        case .lock, .unlock:
            lockRefused(entry.purpose, refusal, stamp, &output)
        case .curves, .curveLimits: sendsNo(entry.purpose, "\(refusal)", &output)
        case .alarms, .scans, .identifier, .tool, .clock, .setClock, .keepAlive:
            refusedBeside(entry.purpose, refusal, stamp, &output)
        }
    }
}

extension OpenProtocolReply {
    /// The MID that it says was asked for; nil where it does not say.
    fileprivate var subject: Int? {
        switch self {
        case .refused(let refusal): refusal.mid
        case .accepted(let mid): mid
        default: nil
        }
    }
}
