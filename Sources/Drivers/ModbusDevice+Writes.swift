import Codecs
import Metrology
import Profiles
import Transports

extension ModbusDevice {
    /// Looks at a point that does not yet show what was written: controllers copy their inputs once a scan,
    /// at most some ten milliseconds apart.
    private static let readBackTries = 3
    private static let readBackPause = Duration.milliseconds(50)

    /// Writes one frame, reads it back and notes both for the ledger; nil where the device took it.
    ///
    /// The write before it is in the ledger before this one is made.
    func carryOut(
        _ planned: PlannedWrite, for purpose: DeviceWriting.Purpose, by author: WriteAuthor? = nil
    ) async -> StartFailure? {
        guard await record() else {
            return StartFailure("\(id): nothing is written that cannot be recorded")
        }
        let before = values(of: planned)
        let exchange = await link.transact(planned.write.modbusRequest, unit: setup.unit, timeout: timeout)
        var (outcome, detail): (DeviceWriting.Outcome, String?) =
            switch exchange.outcome {
            case .reply, .sent: (.written, nil)
            case .exception(let exception): (.refused, "\(id) refused the write: \(exception)")
            case .failed(let failure): (.unanswered, "\(id): \(failure)")
            }
        // A broadcast reaches units that cannot be asked as one.
        if case .reply = exchange.outcome { (outcome, detail) = await readBack(planned) }
        note(
            DeviceWriting(
                device: id, purpose: purpose, author: author, values: before, outcome: outcome,
                detail: detail,
                stamp: exchange.stamp))
        return detail.map { StartFailure($0, mayTryAgain: outcome != .differs) }
    }

    /// Notes a write that was never sent, and says why.
    func decline(
        _ refusal: WriteRefusal, value: String, for purpose: DeviceWriting.Purpose, by author: WriteAuthor?
    ) -> StartFailure {
        let text = "\(id): \(refusal)"
        note(
            DeviceWriting(
                device: id, purpose: purpose, author: author,
                values: [.init(point: refusal.point, value: value, unit: nil, raw: [], old: nil)],
                outcome: .declined, detail: text, stamp: time.now()))
        return StartFailure(text)
    }

    /// Gives what was written to the ledger, in order; false where it takes nothing more.
    ///
    /// Nothing waits for it but the next write: a step runs while its start becomes durable.
    func record() async -> Bool {
        // Whoever comes while an entry is on its way waits for that one too.
        while isRecording, recording != nil || !unrecorded.isEmpty {
            let task = recording ?? enter(unrecorded.removeFirst())
            let isTaken = await task.value
            if recording == task { recording = nil }
            if !isTaken { isRecording = false }
        }
        return isRecording
    }

    private func enter(_ writing: DeviceWriting) -> Task<Bool, Never> {
        let task = Task { [journal] in await journal(writing) }
        recording = task
        return task
    }

    private func note(_ writing: DeviceWriting) {
        unrecorded.append(writing)
        if ![.refused, .declined].contains(writing.outcome) { mayHaveTaken = true }
    }

    private func values(of planned: PlannedWrite) -> [DeviceWriting.Value] {
        planned.values.map { value in
            var shown = value.point.id
            if case .point(let other) = value.point.writing.readBack { shown = other }
            var unit: String?
            if case .fixed(let fixed) = value.point.quantity?.unit { unit = fixed.code }
            let old = known[shown].flatMap { $0.quality == .good ? $0.value?.description : nil }
            return DeviceWriting.Value(
                point: value.point.id, value: value.value.description, unit: unit,
                raw: value.words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }, old: old)
        }
    }

    private func readBack(_ planned: PlannedWrite) async -> (DeviceWriting.Outcome, String?) {
        let checks = planned.readBacks(in: setup.registers, except: setup.registers.commands)
        for check in checks {
            if let failure = await readBack(check) { return failure }
        }
        return checks.isEmpty ? (.written, nil) : (.verified, nil)
    }

    /// Nil where the device shows what was written.
    private func readBack(_ check: ReadBack) async -> (DeviceWriting.Outcome, String?)? {
        var failure: (DeviceWriting.Outcome, String?)?
        for attempt in 1...Self.readBackTries {
            let exchange = await link.transact(
                check.request.modbusRequest, unit: setup.unit, timeout: timeout)
            if let pdu = exchange.replyPDU, check.request.data(ofReply: pdu) != nil {
                let readings = readings(of: check.request, pdu)
                for reading in readings { known[reading.point] = reading }
                guard let difference = check.difference(readings) else { return nil }
                failure = (.differs, "\(id): \(difference)")
            } else {
                failure = (.unverified, "\(id) could not be asked whether it took what was written")
            }
            guard attempt < Self.readBackTries, (try? await Task.sleep(for: Self.readBackPause)) != nil
            else { break }
        }
        return failure
    }
}
