import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// What a controller tells of tightenings.
extension TorqueMachine {
    /// A controller tells only what is made from now on: what was made while nobody listened is asked for.
    mutating func askForLatest() {
        // 0, for the latest, can always be written.
        guard setup.profile.oldResultOffset != nil,
            let request = try? OpenProtocolRequest.oldResult(0, revision: oldRevision)
        else { return }
        requests.append(request, for: .latestResult)
    }

    /// Asks for the first result that is missing. A handful is told before the first of them is durable, not
    /// more: a disk is slower than a controller.
    mutating func askForMissing(_ output: inout ByteLineOutput<Event>) {
        while let id = book.missing.first, book.waitingCount - held.count < Self.mostWaiting {
            if let asked = number(toAskFor: id), asked > 0,
                let request = try? OpenProtocolRequest.oldResult(asked, revision: oldRevision)
            {
                requests.append(request, for: .oldResult(id))
                return
            }
            // Only a number that no controller has cannot be written, such as the one before the first.
            neverCame(id, "the controller has no number to ask for it by", &output)
        }
    }

    private static var mostWaiting: Int { 8 }
    /// Results that may be told before the first of them is durable: a controller waits for each, so that so
    /// many are a fault, or nobody takes them.
    private static var mostTold: Int { 64 }

    private func number(toAskFor id: UInt64) -> Int? {
        Int(exactly: id).map { $0 + (setup.profile.oldResultOffset ?? 0) }
    }

    /// Says what the tool is for now: nothing, or what it was started for before the connection was lost.
    mutating func settle() {
        if let work, work.answer == nil {
            // It could be written when it was started.
            say(work)
        } else if work == nil, setup.profile.locksTool {
            requests.append(.disableTool, for: .lock)
        }
    }

    // MARK: As it happens

    /// MID 0061 or 0101. Nothing shows a result before it is durable, and nothing is acknowledged.
    mutating func told(
        _ result: TorqueResult, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        guard let id = result.id else {
            return keepUnreadable(result.message, "it has no id", stamp, &output)
        }
        guard book.waitingCount < Self.mostTold else {
            return hangUp("tells results faster than they are stored", &output)
        }
        let finding = book.judge(id, result.identity)
        switch finding {
        case .taken:
            // While another waits, an acknowledgement would be that one's.
            if unacknowledged.isEmpty {
                acknowledge(event: setup.profile.resultMID, stamp.monotonicNanoseconds, &output)
            }
            return
        case .underWay, .new: unacknowledged.insert(Told(sequence: String(id), identity: result.identity))
        }
        take(result, as: id, finding, stamp, &output)
    }

    /// A result that is new waits for those that are missing before it.
    private mutating func take(
        _ result: TorqueResult, as id: UInt64, _ finding: TighteningBook.Finding,
        doubt: String? = nil, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        guard case .new(let irregularity) = finding else { return }
        if doubt == nil { lockAfter(result) }
        unlockAfterLoosening(result)
        expectCurves(of: result, as: id, stamp, &output)
        if let irregularity {
            note(irregularity.kind.rawValue, irregularity.text, of: id, &output)
        }
        held.append(Held(result: result, id: id, stamp: stamp, doubt: doubt))
        if book.missing.isEmpty { reportHeld(&output) }
    }

    /// The part has had its result: the tool does nothing more until the next one.
    private mutating func lockAfter(_ result: TorqueResult) {
        guard let work, work.answer == nil, result.act == .tightening,
            work.token == nil || setup.profile.identifier == .none || work.token == result.identifier
        else { return }
        self.work = nil
        requests.removeWaiting { $0.isForTool }
        // Before the session is settled, that will lock it.
        if setup.profile.locksTool, phase == .ready || phase == .settling {
            requests.insert(.disableTool, for: .lock)
        }
    }

    // MARK: What was missed

    /// Whether a MID 0065 is the one that is awaited: the controller may answer twice.
    func isAskedFor(_ tightening: OpenProtocolTightening) -> Bool {
        switch requests.underWay?.purpose {
        case .latestResult: true
        case .oldResult(let id):
            tightening.tighteningID == number(toAskFor: id) || tightening.tighteningID == Int(exactly: id)
        default: false
        }
    }

    /// MID 0065 to a question for the latest: whatever is new of it was made while nobody listened.
    mutating func latest(
        _ tightening: OpenProtocolTightening, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        // As MID 0061 would have counted it.
        let told = tightening.tighteningID.map { $0 - (setup.profile.oldResultOffset ?? 0) }
        guard let id = told.flatMap(UInt64.init(exactly:)) else { return }
        let isFirstMeeting = !book.hasBegun
        let doubt =
            isFirstMeeting ? "it was made before this gateway met the controller" : doubt(of: tightening)
        take(.single(tightening), as: id, book.judge(id, tightening.identity), doubt: doubt, stamp, &output)
    }

    /// MID 0065 to a question for one that is missing.
    mutating func old(
        _ tightening: OpenProtocolTightening, as id: UInt64, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        let finding = book.judge(id, tightening.identity)
        book.found(id)
        guard case .new = finding else { return }
        let text = "result \(id) was made while nobody listened, and was asked for"
        note("late", text, of: id, &output)
        let doubt = doubt(of: tightening)
        if doubt == nil { lockAfter(.single(tightening)) }
        expectCurves(of: .single(tightening), as: id, stamp, &output)
        report(Held(result: .single(tightening), id: id, stamp: stamp, doubt: doubt), &output)
    }

    /// Why a result that was asked for cannot be known to be that of a part; nil where it can.
    private func doubt(of tightening: OpenProtocolTightening) -> String? {
        if setup.profile.identifier == .none {
            return "it was made while nobody listened, and does not say for which part"
        }
        guard (3...998).contains(resultRevision), tightening.resultType == .notTold else { return nil }
        return "it was asked for in a revision that does not say whether a screw was tightened"
    }

    /// A missing result will not come.
    mutating func neverCame(_ id: UInt64, _ reason: String, _ output: inout ByteLineOutput<Event>) {
        book.found(id)
        note("never_came", "result \(id) never reached this gateway: \(reason)", of: id, &output)
    }

    /// Tells that something is odd about the number of a result.
    private func note(
        _ kind: String, _ text: String, of id: UInt64, _ output: inout ByteLineOutput<Event>
    ) {
        let members: [String: JSONValue] = [
            "kind": .string(kind), "result": .number(Int64(clamping: id)),
        ]
        notice(.resultIrregular, text, members, &output)
    }

    /// Reports what waited for those before it.
    mutating func reportHeld(_ output: inout ByteLineOutput<Event>) {
        for result in held { report(result, &output) }
        held = []
    }

    // MARK: Telling

    /// Tells a result once its curves are there, or need not be waited for.
    private mutating func report(_ held: Held, _ output: inout ByteLineOutput<Event>) {
        undrawn.append(held)
        reportDrawn(held.stamp, &output)
    }

    mutating func tell(_ held: Held, _ drawn: [ResultCurve], _ output: inout ByteLineOutput<Event>) {
        let maker = tool.made(
            by: held.result.toolSerial, isOld: held.result.isOld, held.stamp.monotonicNanoseconds)
        if let maker { output.events.append(.tell(.identity(maker))) }
        defer { if maker != nil, held.result.isOld { tellIdentity(&output) } }
        let origin = SampleOrigin(device: setup.id, stamp: held.stamp, provenance: setup.provenance)
        let result = held.result
        let samples = result.readings(setup.profile).map { ($0.point, Sample($0, from: origin)) }
        let group = SampleGroup(
            device: setup.id, sequence: String(held.id),
            echo: setup.profile.identifier == .none ? nil : result.identifier, isValid: true,
            samples: Dictionary(samples, uniquingKeysWith: { first, _ in first }),
            raw: result.message.bytes, identity: result.identity, stamp: held.stamp
        ).drawn(as: drawn)
        if result.act == .tightening, let odd = batch.irregularity(of: result, as: held.id) {
            note("batch", "result \(held.id): \(odd)", of: held.id, &output)
        }
        shown.status.results += 1
        output.events.append(.tell(.result(Self.told(group, result.act, doubt: held.doubt))))
    }

    /// What is in doubt is credited to nothing; what was loosened is no result.
    private static func told(_ group: SampleGroup, _ act: TorqueResult.Act, doubt: String?) -> SampleGroup {
        if let doubt { return group.doubted(because: doubt) }
        switch act {
        case .tightening: return group
        case .loosening: return group.undoing()
        case .other(let why): return group.doubted(because: why)
        }
    }

    /// A result that cannot be read is kept as it came and credited to nothing; the controller would send it
    /// for ever.
    mutating func keepUnreadable(
        _ message: OpenProtocolMessage, _ reason: String, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        unreadable += 1
        let number = "unreadable-\(unreadable)"
        if message.mid == setup.profile.resultMID {
            unacknowledged.insert(Told(sequence: number, identity: message.bytes))
        }
        let origin = SampleOrigin(device: setup.id, stamp: stamp, provenance: setup.provenance)
        let samples = setup.profile.points.map { id in
            let reading = PointReading(
                point: id, value: nil, unit: nil, raw: [], quality: .bad(.malformed))
            return (id, Sample(reading, from: origin))
        }
        let group = SampleGroup(
            device: setup.id, sequence: number, echo: nil, isValid: false,
            samples: Dictionary(samples, uniquingKeysWith: { first, _ in first }), raw: message.bytes,
            stamp: stamp)
        shown.status.results += 1
        output.events.append(.tell(.result(group.doubted(because: "it cannot be read: \(reason)"))))
    }
}
