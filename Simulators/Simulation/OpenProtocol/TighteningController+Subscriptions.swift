/// Who wants to be told what (R 2.16.0, section 4.3).
extension TighteningController {
    /// Subscribes or ends a subscription; false where `telegram` does neither.
    mutating func takeSubscription(_ telegram: Telegram, from client: Int, at now: ShopTime) -> Bool {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return false }
        if let kind = DataSubscription.all.first(where: { $0.subscribe == telegram.mid }) {
            subscribe(telegram, to: kind, place, at: now)
            return true
        }
        guard let kind = DataSubscription.all.first(where: { $0.unsubscribe == telegram.mid }) else {
            return false
        }
        end(kind.data, telegram.mid, absent: kind.absent, place, at: now)
        return true
    }

    private mutating func subscribe(
        _ telegram: Telegram, to kind: DataSubscription, _ place: Int, at now: ShopTime
    ) {
        let (client, revision) = (sessions[place].client, telegram.usualRevision)
        if let code = refusal(of: kind, revision: revision) {
            return refuse(telegram.mid, code, to: client, at: now)
        }
        guard sessions[place].subscriptions[kind.data] == nil else {
            return refuse(telegram.mid, kind.exists, to: client, at: now)
        }
        sessions[place].subscriptions[kind.data] = .init(
            revision: revision, isAcknowledged: !telegram.wantsNoAcknowledge)
        accept(telegram.mid, to: client, at: now)
        greet(kind.data, place, at: now)
        publishUnacknowledged(mid: kind.data, to: place, at: now)
    }

    /// Why this controller does not offer that data in that revision; nil where it does.
    private func refusal(of kind: DataSubscription, revision: Int) -> Int? {
        let offered: [Int]
        switch kind.data {
        case 61: offered = settings.quirks.resultRevisions
        case 71: offered = settings.quirks.hasAlarms ? Array(kind.revisions) : []
        case 91, 101:
            offered = kind.data == 101 ? settings.quirks.spindleRevisions : [1]
            if settings.spindles == 1, !settings.quirks.resultRevisions.isEmpty {
                return Refusal.noSyncMaster
            }
        default: offered = Array(kind.revisions)
        }
        guard !offered.isEmpty else { return Refusal.unknown }
        return offered.contains(revision) ? nil : Refusal.revision
    }

    private mutating func end(_ data: Int, _ mid: Int, absent: Int, _ place: Int, at now: ShopTime) {
        guard sessions[place].subscriptions.removeValue(forKey: data) != nil else {
            return refuse(mid, absent, to: sessions[place].client, at: now)
        }
        sessions[place].queue.removeAll { $0.telegram.mid == data }
        sessions[place].outstanding[data] = nil
        accept(mid, to: sessions[place].client, at: now)
    }

    /// What a new subscriber is told at once.
    private mutating func greet(_ data: Int, _ place: Int, at now: ShopTime) {
        switch data {
        case 15: publishParameterSet(at: now)
        case 61, 101: beginToTurn(at: now)
        case 22: publishLock(at: now)
        case 52, 152: if settings.repeatsIdentifier { publishIdentifier(at: now) }
        case 71:
            let revision = sessions[place].subscriptions[71]?.revision ?? 1
            publish(
                StateTelegrams.alarmStatus(alarm, time: clock.text(at: now), revision: revision), under: 71,
                at: now)
        default: break
        }
    }

    // MARK: Telling

    /// Tells the client `telegram`, if it has subscribed to `data`.
    mutating func publish(_ telegram: Telegram, under data: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: \.isStarted),
            let subscription = sessions[place].subscriptions[data]
        else { return }
        sessions[place].enqueue(telegram, result: nil, isAcknowledged: subscription.isAcknowledged)
        sendWaiting(sessions[place].client, at: now)
    }

    /// The revision in which the client wants `data`; nil where it does not.
    func revision(of data: Int) -> Int? { sessions.first(where: \.isStarted)?.subscriptions[data]?.revision }

    mutating func publishParameterSet(at now: ShopTime) {
        guard let revision = revision(of: 15) else { return }
        publish(
            StateTelegrams.parameterSet(
                parameterSet, changed: setsChanged, target: settings.target, batch: batchSize,
                revision: revision), under: 15, at: now)
    }

    mutating func publishJob(at now: ShopTime) {
        guard let revision = revision(of: 35) else { return }
        publish(
            StateTelegrams.jobInfo(
                job, isDone: job > 0 && batchCounter >= batchSize, size: batchSize, counter: batchCounter,
                time: clock.text(at: now), revision: revision), under: 35, at: now)
    }

    /// Whether the batch is full: the relay of 0022.
    mutating func publishLock(at now: ShopTime) {
        let isDone = batchSize > 0 && batchCounter >= batchSize
        publish(Telegram(22, data: FieldWriter.digits(isDone ? 1 : 0, 1)), under: 22, at: now)
    }

    /// A code comes in by the tool's own scanner.
    mutating func scanned(_ code: [UInt8], at now: ShopTime) throws(SimulationError) {
        guard (1...Self.longestIdentifier).contains(code.count) else {
            throw SimulationError(.refused, id, "its scanner takes 1 to \(Self.longestIdentifier) characters")
        }
        identifier = code
        publishIdentifier(at: now)
    }

    /// Tells the identifier that is set now, wherever it came from (section 5.7.2).
    mutating func publishIdentifier(at now: ShopTime) {
        if let revision = revision(of: 52) {
            publish(StateTelegrams.identifier(identifier, revision: revision), under: 52, at: now)
        }
        if revision(of: 152) != nil { publish(StateTelegrams.identifiers(identifier), under: 152, at: now) }
    }

    /// An alarm appears, or is acknowledged by hand where `code` is nil.
    mutating func alarm(_ code: String?, at now: ShopTime) throws(SimulationError) {
        guard settings.quirks.hasAlarms else {
            throw SimulationError(.refused, id, "this make has no alarms")
        }
        let before = alarm
        alarm = code
        guard let revision = revision(of: 71) else { return }
        if let code {
            publish(
                StateTelegrams.alarm(code, time: clock.text(at: now), revision: revision), under: 71, at: now)
        } else if let before {
            publish(StateTelegrams.alarmAcknowledged(before, revision: revision), under: 71, at: now)
        }
    }

    // MARK: Curves, by the generic subscription (sections 5.2.7 and 5.27.1)

    /// 0008: only 0900 is offered.
    mutating func subscribeGenerically(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        guard let mid = FieldReader.number(in: telegram.data, at: 21, 4),
            let revision = FieldReader.number(in: telegram.data, at: 25, 3)
        else { return refuse(8, Refusal.invalid, to: client, at: now) }
        let named = settings.quirks.namesGenericRequest ? 8 : mid
        guard mid == 900 else { return refuse(named, Refusal.subscribedUnsupported, to: client, at: now) }
        guard revision <= 1 else { return refuse(named, Refusal.subscribedRevision, to: client, at: now) }
        guard sessions[place].subscriptions[mid] == nil else {
            return refuse(named, Refusal.subscribed, to: client, at: now)
        }
        guard let wish = CurveWish(Array(telegram.data.dropFirst(9))) else {
            return refuse(named, Refusal.invalid, to: client, at: now)
        }
        sessions[place].subscriptions[mid] = .init(
            revision: 1, isAcknowledged: !telegram.wantsNoAcknowledge)
        sessions[place].traces = wish.traces
        accept(named, to: client, at: now)
        guard let first = wish.first else { return }
        for result in results where result.id >= first { enqueueCurves(of: result, place) }
        sendWaiting(client, at: now)
    }

    /// 0009.
    mutating func endGenerically(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        guard let mid = FieldReader.number(in: telegram.data, at: 21, 4) else {
            return refuse(9, Refusal.invalid, to: client, at: now)
        }
        let named = settings.quirks.namesGenericRequest ? 9 : mid
        end(mid, named, absent: Refusal.notSubscribed, place, at: now)
    }

    /// Puts the curves that the client wants of `result` into its queue.
    mutating func enqueueCurves(of result: Tightening, _ place: Int) {
        guard let subscription = sessions[place].subscriptions[900] else { return }
        for trace in sessions[place].traces {
            let curve = CurveTelegram.telegram(
                trace, of: result, sent: sentID(of: result), samples: settings.samples)
            sessions[place].enqueue(curve, result: nil, isAcknowledged: subscription.isAcknowledged)
        }
    }
}

/// What a subscription of 0900 asks for (table 210).
struct CurveWish: Sendable, Equatable {
    var traces = CurveTelegram.Trace.allCases
    /// The first stored result that is wanted too; nil for new ones alone.
    var first: UInt32?

    /// Reads the extra data; without any, all traces of new results are wanted. Nil where it is no such data.
    init?(_ extra: [UInt8]) {
        guard let alternative = extra.first else { return }
        // Send alternative, time, index, number of trace types, then three digits for each.
        guard extra.count >= 32, let count = FieldReader.number(extra[30..<32]), extra.count >= 32 + 3 * count
        else { return nil }
        switch alternative {
        case UInt8(ascii: "0"): break
        case UInt8(ascii: "1"):
            guard let index = FieldReader.number(extra[20..<30]) else { return nil }
            first = UInt32(clamping: index)
        default: return nil
        }
        let wanted = (0..<count).compactMap { FieldReader.number(extra[32 + 3 * $0..<35 + 3 * $0]) }
        guard count > 0 else { return }
        traces = CurveTelegram.Trace.allCases.filter { wanted.contains($0.rawValue) }
    }
}
