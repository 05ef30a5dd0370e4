/// What a client asks for, and what it sends to be set (R 2.16.0, section 5).
extension TighteningController {
    /// Answers a request; false where `telegram` is none that is known.
    mutating func takeRequest(_ telegram: Telegram, from client: Int, at now: ShopTime) -> Bool {
        let revision = telegram.usualRevision
        switch telegram.mid {
        case 6: requestGenerically(telegram, client, at: now)
        case 10:
            reply(
                StateTelegrams.list(11, count: settings.parameterSets, width: 3, revision: 1), telegram,
                most: 1, client, at: now)
        case 12: requestParameterSet(telegram, client, at: now)
        case 30:
            let width = revision == 1 ? 2 : 4
            reply(
                StateTelegrams.list(31, count: settings.jobs, width: width, revision: revision), telegram,
                most: 2, client, at: now)
        case 32: requestJob(telegram, client, at: now)
        case 40:
            reply(
                StateTelegrams.tool(
                    serial: toolSerial, tightenings: toolTightenings, calibrated: setsChanged,
                    torque: settings.target.torqueMax, revision: revision), telegram, most: 5, client, at: now
            )
        case 64: requestResult(telegram, client, at: now)
        case 80:
            reply(
                Telegram(81, revision: 1, data: Array(clock.text(at: now).utf8)), telegram, most: 1, client,
                at: now)
        default: return false
        }
        return true
    }

    /// Sends `answer`, unless `telegram` asks for a revision above `most`.
    private mutating func reply(
        _ answer: Telegram, _ telegram: Telegram, most: Int, _ client: Int, at now: ShopTime
    ) {
        guard telegram.usualRevision <= most else {
            return refuse(telegram.mid, Refusal.revision, to: client, at: now)
        }
        send(answer, to: client, at: now)
    }

    private mutating func requestParameterSet(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard let number = FieldReader.number(in: telegram.data, at: 21, 3),
            (1...settings.parameterSets).contains(number)
        else { return refuse(12, Refusal.parameterSetAbsent, to: client, at: now) }
        let answer = StateTelegrams.parameterSetValues(
            number, target: settings.target, batch: batchSize, revision: telegram.usualRevision)
        reply(answer, telegram, most: 2, client, at: now)
    }

    private mutating func requestJob(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let width = telegram.usualRevision == 1 ? 2 : 4
        guard let number = FieldReader.number(in: telegram.data, at: 21, width), number >= 1,
            number <= settings.jobs
        else { return refuse(32, Refusal.jobAbsent, to: client, at: now) }
        let answer = StateTelegrams.job(number, batch: batchOfJob, revision: telegram.usualRevision)
        reply(answer, telegram, most: 2, client, at: now)
    }

    /// 0064: an old result by its number, 0 for the last one.
    private mutating func requestResult(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let known = settings.quirks.oldRevisions
        guard !known.isEmpty else { return refuse(64, Refusal.unknown, to: client, at: now) }
        guard known.contains(telegram.usualRevision) else {
            return refuse(64, Refusal.revision, to: client, at: now)
        }
        guard let number = FieldReader.number(in: telegram.data, at: 21, 10) else {
            return refuse(64, Refusal.invalid, to: client, at: now)
        }
        let found = number == 0 ? results.last : results.last { Int($0.id) == number }
        guard let found else { return refuse(64, Refusal.idNotFound, to: client, at: now) }
        send(resultTelegrams.old(found, revision: telegram.usualRevision), to: client, at: now)
        // Whoever works with the tool waits for its last result to be taken, in whichever way that is.
        let isSpoilt = suffers.contains { [.silent, .wrongMID].contains($0.kind) }
        if found.id == results.last?.id, !isSpoilt { events.append(.resultFetched) }
    }

    /// 0006: only 0900 is offered; one trace of one result, 0 for the last (table 209).
    private mutating func requestGenerically(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let data = telegram.data
        guard let mid = FieldReader.number(in: data, at: 21, 4),
            let revision = FieldReader.number(in: data, at: 25, 3)
        else { return refuse(6, Refusal.invalid, to: client, at: now) }
        guard mid == 900 else { return refuse(mid, Refusal.requestedUnsupported, to: client, at: now) }
        guard revision <= 1 else { return refuse(mid, Refusal.requestedRevision, to: client, at: now) }
        guard let number = FieldReader.number(in: data, at: 30, 10),
            let trace = FieldReader.number(in: data, at: 40, 3).flatMap(CurveTelegram.Trace.init)
        else { return refuse(mid, Refusal.requestedAbsent, to: client, at: now) }
        let found = number == 0 ? results.last : results.last { Int(sentID(of: $0)) == number }
        guard let found else { return refuse(mid, Refusal.requestedAbsent, to: client, at: now) }
        let curve = CurveTelegram.telegram(
            trace, of: found, sent: sentID(of: found), samples: settings.samples)
        send(curve, to: client, at: now)
    }
}
