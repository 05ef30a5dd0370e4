import Codecs
import Metrology
import Profiles
import Transports

/// What a controller tells of tightenings.
extension TorqueMachine {
    /// A controller tells only what is made from now on: what was made while nobody listened is asked for.
    mutating func askForLatest(_ output: inout ByteLineOutput<Event>) {
        if setup.profile.oldResultOffset != nil, let request = try? OpenProtocolRequest.oldResult(0) {
            requests.append(request, for: .latestResult)
        }
        settle()
    }

    /// Says what the tool is for now: nothing, or what it was started for before the connection was lost.
    private mutating func settle() {
        if let work, work.answer == nil {
            say(work)
        } else if setup.profile.locksTool {
            requests.append(.disableTool, for: .lock)
        }
    }

    // MARK: As it happens

    /// MID 0061. Nothing shows a result before it is durable, and nothing is acknowledged.
    mutating func told(
        _ tightening: OpenProtocolTightening, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        guard let id = tightening.tighteningID.map({ UInt64($0) }) else {
            return keepUnreadable(tightening.message, "it has no id", stamp, &output)
        }
        switch book.judge(id, tightening.identity) {
        case .taken: send(.acknowledgeResult, stamp.monotonicNanoseconds, &output)
        case .underWay: unacknowledged.insert(id)
        case .new(let missing, let irregularity):
            unacknowledged.insert(id)
            lockAfter(tightening)
            fetch(missing)
            held.append(Held(tightening: tightening, id: id, stamp: stamp, irregularity: irregularity))
            reportHeld(&output)
        }
    }

    /// The part has had its result: the tool does nothing more until the next one.
    private mutating func lockAfter(_ tightening: OpenProtocolTightening) {
        guard let work, work.answer == nil, tightening.isOfWork,
            work.token == nil || setup.profile.identifier == .none || work.token == tightening.identifier
        else { return }
        self.work = nil
        if setup.profile.locksTool { requests.insert(.disableTool, for: .lock) }
    }

    // MARK: What was missed

    private mutating func fetch(_ missing: ClosedRange<UInt64>?) {
        guard let missing, let offset = setup.profile.oldResultOffset else { return }
        for id in missing {
            guard let asked = Int(exactly: id).map({ $0 + offset }),
                let request = try? OpenProtocolRequest.oldResult(asked)
            else { continue }
            requests.append(request, for: .oldResult(id))
        }
    }

    /// MID 0065 to a question for the latest: whatever is new of it was made while nobody listened.
    mutating func latest(
        _ tightening: OpenProtocolTightening, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        defer { isReady(&output) }
        // As MID 0061 would have counted it.
        let told = tightening.tighteningID.map { $0 - (setup.profile.oldResultOffset ?? 0) }
        guard let id = told.flatMap(UInt64.init(exactly:)) else { return }
        let isFirstMeeting = !book.hasBegun
        guard case .new(let missing, let irregularity) = book.judge(id, tightening.identity) else { return }
        fetch(missing)
        if !isFirstMeeting { lockAfter(tightening) }
        held.append(
            Held(
                tightening: tightening, id: id, stamp: stamp, irregularity: irregularity,
                doubt: isFirstMeeting ? "it was made before this gateway met the controller" : nil))
        reportHeld(&output)
    }

    /// MID 0065 to a question for one that is missing.
    mutating func fetched(
        _ tightening: OpenProtocolTightening, as id: UInt64, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        defer { isReady(&output) }
        let told = tightening.tighteningID
        let asked = Int(exactly: id)
        guard told == asked || told == asked.map({ $0 + (setup.profile.oldResultOffset ?? 0) }) else {
            let got = told.map(String.init) ?? "none"
            output.events.append(.tell(.irregular("\(setup.id): asked for result \(id), got \(got)")))
            return reportHeld(&output)
        }
        book.fetched(id, tightening.identity)
        lockAfter(tightening)
        report(
            Held(tightening: tightening, id: id, stamp: stamp, irregularity: nil), wasMissed: true, &output)
        reportHeld(&output)
    }

    /// Reports what waited for those before it, once all of these have been asked for.
    mutating func reportHeld(_ output: inout ByteLineOutput<Event>) {
        guard !requests.awaitsOldResults else { return }
        for result in held { report(result, wasMissed: false, &output) }
        held = []
    }

    // MARK: Telling

    private func report(_ held: Held, wasMissed: Bool, _ output: inout ByteLineOutput<Event>) {
        if let irregularity = held.irregularity {
            output.events.append(.tell(.irregular("\(setup.id): \(irregularity)")))
        }
        if wasMissed {
            let text = "\(setup.id): result \(held.id) was made while nobody listened, and was asked for"
            output.events.append(.tell(.irregular(text)))
        }
        let origin = SampleOrigin(device: setup.id, stamp: held.stamp, provenance: setup.provenance)
        let samples = held.tightening.readings(torqueIn: setup.profile.unit)
            .map { ($0.point, Sample($0, from: origin)) }
        let group = SampleGroup(
            device: setup.id, sequence: String(held.id),
            echo: setup.profile.identifier == .none ? nil : held.tightening.identifier, isValid: true,
            samples: Dictionary(samples, uniquingKeysWith: { first, _ in first }),
            raw: held.tightening.message.bytes, identity: held.tightening.identity, stamp: held.stamp)
        let other = held.tightening.isOfWork ? nil : "it is no tightening but \(held.tightening.resultType)"
        let doubt = held.doubt ?? other
        output.events.append(.tell(.result(doubt.map { group.doubted(because: $0) } ?? group)))
    }

    /// A result that cannot be read is kept as it came and credited to nothing; the controller would send it
    /// for ever.
    mutating func keepUnreadable(
        _ message: OpenProtocolMessage, _ reason: String, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        unreadable += 1
        let id = book.last ?? 0
        unacknowledged.insert(id)
        let origin = SampleOrigin(device: setup.id, stamp: stamp, provenance: setup.provenance)
        let samples = TighteningValue.all.map { value in
            let reading = PointReading(
                point: value.id, value: nil, unit: nil, raw: [], quality: .bad(.malformed))
            return (value.id, Sample(reading, from: origin))
        }
        let group = SampleGroup(
            device: setup.id, sequence: String(id), echo: nil, isValid: false,
            samples: Dictionary(samples, uniquingKeysWith: { first, _ in first }), raw: message.bytes,
            stamp: stamp)
        output.events.append(.tell(.result(group.doubted(because: "it cannot be read: \(reason)"))))
    }
}

extension OpenProtocolTightening {
    /// Whether a screw was tightened, as far as the revision tells.
    var isOfWork: Bool {
        switch resultType {
        case .tightening, .syncTightening, .notTold: true
        default: false
        }
    }
}
