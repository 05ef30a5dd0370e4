import Codecs
import Metrology
import Profiles
import Transports

/// Curves: what a controller draws of a tightening, beside its result.
extension TorqueMachine {
    /// Curves in no result that may be told before the first of them is durable.
    private static var mostLate: Int { 64 }

    // MARK: Having them sent

    mutating func subscribeCurves() {
        // The kinds of a profile can always be written.
        guard let rule = setup.profile.curves,
            let request = try? OpenProtocolRequest.subscribeCurves(rule.kinds)
        else { return }
        if !requests.append(request, for: .curves) { curves.subscribed(false) }
    }

    /// The controller sends curves from now on.
    mutating func curvesAreSent() {
        curves.subscribed(true)
        // The request has no number of ours in it, so that it can always be written.
        if setup.profile.curves?.hasLimits == true,
            let request = try? OpenProtocolRequest.subscribeCurveLimits()
        {
            requests.append(request, for: .curveLimits)
        }
    }

    /// It does not; results are taken all the same.
    mutating func sendsNo(
        _ purpose: TorqueRequests.Purpose, _ reason: String, _ output: inout ByteLineOutput<Event>
    ) {
        if purpose == .curves { curves.subscribed(false) }
        let what = purpose == .curves ? "curves" : "limits of curves"
        output.events.append(.tell(.irregular("\(setup.id): sends no \(what): \(reason)")))
    }

    /// Asks for a curve that did not come, while nothing else is asked.
    mutating func askForCurve(_ now: Int64, _ output: inout ByteLineOutput<Event>) {
        say(curves.overdue(at: now), &output)
        guard mayAskForCurves, let request = curves.next(at: now) else { return }
        send(request, now, &output)
    }

    /// Whether a question for a curve delays nothing else.
    var mayAskForCurves: Bool {
        requests.isEmpty && [.catchingUp, .settling, .ready].contains(phase)
    }

    /// Whether this refuses a curve that was asked for.
    mutating func refusesCurve(
        _ refusal: OpenProtocolRefusal, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) -> Bool {
        guard let words = curves.refused(refusal, at: stamp.monotonicNanoseconds) else { return false }
        say(words, &output)
        return true
    }

    private func say(_ words: [String], _ output: inout ByteLineOutput<Event>) {
        for text in words { output.events.append(.tell(.irregular("\(setup.id): \(text)"))) }
    }

    // MARK: Taking them

    /// MIDs 0900 and 0901, whole or in parts. What cannot be read is kept as it came.
    mutating func drew(
        _ message: OpenProtocolMessage, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        do throws(OpenProtocolError) {
            guard let whole = try trace.take(message) else { return }
            do throws(OpenProtocolError) {
                take(try TorqueCurves.Drawing(whole), stamp, &output)
                shown.status.lastGood = stamp
            } catch {
                unreadable(whole.raw, message.mid, "it cannot be read: \(error)", stamp, &output)
            }
        } catch {
            unreadable(trace.takeFragment(), message.mid, "it cannot be read: \(error)", stamp, &output)
        }
    }

    private mutating func take(
        _ drawing: TorqueCurves.Drawing, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        let (fate, isAnswer) = curves.take(drawing, at: stamp)
        switch fate {
        case .credited: if !isAnswer { acknowledgeCurve(drawing.curve.kind, stamp, &output) }
        case .again:
            shown.status.errors += 1
            // While another waits to be durable, an acknowledgement would be that one's.
            if !isAnswer, lateUnacknowledged.isEmpty { acknowledgeCurve(drawing.curve.kind, stamp, &output) }
        case .early: break
        case .late(let reason):
            keep(drawing.curve, of: String(drawing.id), reason, isAwaited: !isAnswer, stamp, &output)
        }
    }

    private mutating func unreadable(
        _ raw: [UInt8], _ mid: Int, _ reason: String, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        // Its id comes first, and may be there though the rest is not what it should be.
        let digits = raw.dropFirst(OpenProtocolHeader.count).prefix(10)
        let id = digits.count == 10 ? OpenProtocolText.number(digits).map(String.init) : nil
        let curve = ResultCurve(
            kind: .unknown, unit: nil, sampleCount: 0, format: TorqueCurves.Drawing.format(mid), raw: raw)
        keep(curve, of: id, reason, isAwaited: true, stamp, &output)
        noteFault(&output)
    }

    private mutating func acknowledgeCurve(
        _ kind: ResultCurve.Kind, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        // One that came late may become durable while the controller is out of reach.
        guard isConnected else { return }
        acknowledge(event: kind == .limits ? 901 : 900, stamp.monotonicNanoseconds, &output)
    }

    // MARK: Results and their curves

    /// A result came that is new. Nothing is drawn of what is no work of the tool.
    mutating func expectCurves(
        of result: TorqueResult, as id: UInt64, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        if case .other = result.act { return }
        let here = curves.expect(
            id, result.time, isAskedFor: result.isOld, at: stamp.monotonicNanoseconds)
        for kind in here { acknowledgeCurve(kind, stamp, &output) }
    }

    /// Tells results whose curves are there, or need not be waited for any more, in their order.
    mutating func reportDrawn(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        let now = stamp.monotonicNanoseconds
        while let first = undrawn.first, curves.isDone(first.id, first.result.time, at: now) {
            undrawn.removeFirst()
            tell(first, curves.release(first.id, first.result.time), &output)
        }
        for (drawing, stamp, isAwaited) in curves.expired(at: now) {
            keep(
                drawing.curve, of: String(drawing.id), "no result \(drawing.id) of its time came with it",
                isAwaited: isAwaited, stamp, &output)
        }
    }

    /// When `reportDrawn` or `askForCurve` have something to do.
    var curvesWakeAt: Int64? {
        curves.wakeAt(
            next: undrawn.first?.id, undrawn.first?.result.time, canAsk: isConnected && mayAskForCurves)
    }

    /// The connection is gone, and with it the rest of a curve that came in parts.
    mutating func loseCurves(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        lateUnacknowledged = []
        say(curves.gone(at: stamp.monotonicNanoseconds), &output)
        guard trace.isWaiting else { return }
        unreadable(trace.takeFragment(), 900, "the connection was lost in the middle of it", stamp, &output)
    }

    // MARK: Those in no result

    /// Keeps a curve beside its result: an entry of its own. `isAwaited` where the controller waits for it to
    /// be acknowledged.
    private mutating func keep(
        _ curve: ResultCurve, of sequence: String?, _ reason: String, isAwaited: Bool, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        guard late.count < Self.mostLate else {
            return hangUp("tells curves faster than they are stored", &output)
        }
        lateCount += 1
        late.insert(lateCount)
        if isAwaited, isConnected { lateUnacknowledged.insert(lateCount) }
        let kept = LateCurve(
            device: setup.id, sequence: sequence, number: lateCount, curve: curve, reason: reason,
            stamp: stamp, provenance: setup.provenance)
        output.events.append(.tell(.curve(kept)))
    }

    /// This one is durable.
    mutating func acknowledge(
        _ kept: LateCurve, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        late.remove(kept.number)
        if lateUnacknowledged.remove(kept.number) != nil { acknowledgeCurve(kept.curve.kind, stamp, &output) }
    }
}

extension TorqueCurves.Drawing {
    /// How the bytes of this MID are read.
    static func format(_ mid: Int) -> String { "open-protocol-\(OpenProtocolText.padded(mid, 4))" }

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says.
    init(_ whole: OpenProtocolTrace.Whole) throws(OpenProtocolError) {
        let format = Self.format(whole.message.mid)
        guard whole.message.mid == OpenProtocolMessage.binaryMID else {
            let limits = try OpenProtocolCurveLimits(whole.message)
            self.init(
                id: UInt64(clamping: limits.resultID), time: limits.time,
                curve: ResultCurve(
                    kind: .limits, unit: nil, sampleCount: 0, format: format, raw: whole.raw))
            return
        }
        let curve = try OpenProtocolCurve(whole.message)
        let kind = ResultCurve.Kind(rawValue: "\(curve.kind)") ?? .unknown
        self.init(
            id: UInt64(clamping: curve.resultID), time: curve.time,
            curve: ResultCurve(
                kind: kind, unit: TighteningValue.unit(ofCurve: curve), sampleCount: curve.samples.count,
                format: format, raw: whole.raw),
            requestMID: curve.requestMID)
    }
}
