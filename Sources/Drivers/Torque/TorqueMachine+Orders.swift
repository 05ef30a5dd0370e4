import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// What a station asks of a torque controller.
extension TorqueMachine {
    mutating func perform(
        _ order: DeviceOrder, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        switch order {
        case .start(let token, let setPoints, let author, let answer):
            start(
                Start(
                    number: nextStartNumber(), token: token, setPoints: setPoints, author: author,
                    answer: answer),
                stamp, &output)
        case .acknowledge(let group): acknowledge(group, stamp, &output)
        case .acknowledgeCurve(let curve): acknowledge(curve, stamp, &output)
        case .stop: stop(stamp, &output)
        case .scanTaken(let number): scanTaken(number, stamp, &output)
        case .gauge(_, _, let answer): output.events.append(.answer { answer([:]) })
        }
    }

    private mutating func start(
        _ start: Start, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        if work?.answer != nil {
            endStart(StartFailure("\(setup.id) was started for another"), .unanswered, stamp, &output)
        }
        if let failure = failureNow(stamp) {
            if let answer = start.answer { output.events.append(.answer { answer(failure) }) }
            return
        }
        var start = start
        start.isSet = start.author?.isSameStep(as: settled) == true
        settled = nil
        work = start
        if let fault = say(start) {
            endStart(StartFailure("\(setup.id): \(fault)", mayTryAgain: false), .declined, stamp, &output)
        }
    }

    /// Why nothing can be started for now; nil where it can.
    private func failureNow(_ stamp: Stamp) -> StartFailure? {
        if leavesBy != nil { return StartFailure("\(setup.id): \(Self.stopping)") }
        guard phase == .ready else {
            return StartFailure("\(setup.id) is out of reach: \(shown.status.detail)")
        }
        // What was refused a moment ago is not asked for at each tick.
        guard let refusal, stamp.monotonicNanoseconds < refusal.end else { return nil }
        return StartFailure(refusal.text)
    }

    /// Asks for all that the tool needs to work for `start`; why that cannot be said, where it cannot.
    @discardableResult
    mutating func say(_ start: Start) -> String? {
        // A lock that waits is said all the same: nothing is tightened between two screws.
        requests.removeWaiting { $0.isForTool && $0 != .lock }
        if !start.isSet, !start.setPoints.isEmpty { batch.selected() }
        do throws(OpenProtocolError) {
            for request in try start.requests(setup.profile) {
                requests.append(request, for: .start(start.number, isLast: request == .enableTool))
            }
            return nil
        } catch {
            return error.description
        }
    }

    private mutating func acknowledge(
        _ group: SampleGroup, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        for (point, sample) in group.samples { shown.latest[point] = sample }
        if let id = UInt64(group.sequence) { book.isDurable(id, group.identity) }
        // One that was asked for, or told on an earlier connection, is not waited for.
        let told = Told(sequence: group.sequence, identity: group.identity)
        if isConnected, unacknowledged.remove(told) != nil {
            acknowledge(event: setup.profile.resultMID, stamp.monotonicNanoseconds, &output)
        }
    }

    private mutating func stop(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        if work?.answer != nil {
            endStart(StartFailure("\(setup.id) was stopped"), .unanswered, stamp, &output)
        }
        (work, settled) = (nil, nil)
        if leavesBy == nil { lock() }
    }

    private mutating func lock() {
        requests.removeWaiting { $0.isForTool }
        if setup.profile.locksTool { requests.append(.disableTool, for: .lock) }
    }

    /// The controller refused part of a start: the tool stays locked.
    mutating func failed(
        _ number: Int, _ refusal: OpenProtocolRefusal, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        guard let work, work.number == number else { return }
        let failure = StartFailure("\(setup.id): \(refusal)", mayTryAgain: refusal.isPassing)
        let end = stamp.monotonicNanoseconds + Self.refusedPause
        if refusal.isPassing { self.refusal = (failure.text, end) }
        guard work.answer == nil else {
            endStart(failure, .refused, stamp, &output)
            return lock()
        }
        // It was started before the connection was lost, and the station counts on it.
        if isNews(refusal) {
            noteRefusal(refusal, &output)
            output.events.append(.journal(work.writing(.refused, failure, setup, at: stamp)))
        }
        requests.removeWaiting { if case .start = $0 { true } else { false } }
        if refusal.isPassing { askAgainAt = end }
    }

    /// Answers who started, and enters what was written.
    mutating func endStart(
        _ failure: StartFailure?, _ outcome: DeviceWriting.Outcome, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        guard let work else { return }
        output.events.append(.journal(work.writing(outcome, failure, setup, at: stamp)))
        if let answer = work.answer { output.events.append(.answer { answer(failure) }) }
        if failure == nil {
            self.work?.answer = nil
            self.work?.isSet = true
            (settled, askAgainAt) = (work.author, nil)
        } else {
            self.work = nil
        }
    }
}

extension TorqueMachine.Start {
    /// What makes a tool work for this, in the order in which it has to be said.
    func requests(_ profile: TorqueProfile) throws(OpenProtocolError) -> [OpenProtocolRequest] {
        var requests: [OpenProtocolRequest] = []
        if let token {
            switch profile.identifier {
            case .short: requests.append(try .identifier(token))
            case .long: requests.append(try .longIdentifier(token))
            case .none: break
            }
        }
        for setPoint in toSet {
            let number = Int(setPoint.value.description) ?? -1
            if setPoint.point == "job" {
                requests.append(try .selectJob(number, revision: number > 99 ? 2 : 1))
            } else {
                requests.append(try .selectParameterSet(number))
            }
        }
        return requests + [.enableTool]
    }

    /// What is to be selected for it.
    private var toSet: [SetPoint] { isSet ? [] : setPoints }

    /// What was written, for the ledger.
    func writing(
        _ outcome: DeviceWriting.Outcome, _ failure: StartFailure?, _ setup: TorqueDeviceSetup,
        at stamp: Stamp
    ) -> DeviceWriting {
        let identifier = token.map { ("identifier", $0) }
        let values = [identifier].compactMap(\.self) + toSet.map { ($0.point, $0.value.description) }
        return DeviceWriting(
            device: setup.id, purpose: .start, author: author,
            values: (values + [("tool", "enabled")]).map { point, value in
                DeviceWriting.Value(point: point, value: value, unit: nil, raw: Array(value.utf8), old: nil)
            },
            outcome: outcome, detail: failure?.text, stamp: stamp)
    }
}

extension WriteAuthor {
    /// Whether both are of the same step of one cycle.
    fileprivate func isSameStep(as other: WriteAuthor?) -> Bool {
        cycle == other?.cycle && step == other?.step
    }
}
