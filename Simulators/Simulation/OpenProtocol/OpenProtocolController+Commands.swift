/// What each telegram from the client does (R 2.16.0, section 5).
extension OpenProtocolController {
    /// Codes of 0004 (table 20).
    enum Refusal {
        static let invalid = 1
        static let parameterSetAbsent = 2
        static let parameterSetNotRunning = 4
        static let idNotFound = 15
        static let jobAbsent = 17
        static let jobNotSet = 20
        static let jobNotRunning = 21
        static let toolAbsent = 29
        static let noSyncMaster = 30
        static let otherMaster = 35
        static let lockType = 36
        static let noAlarm = 58
        static let subscribed = 71
        static let notSubscribed = 72
        static let subscribedUnsupported = 73
        static let subscribedRevision = 74
        static let requestedUnsupported = 75
        static let requestedRevision = 76
        static let requestedAbsent = 77
        static let revision = 97
        static let unknown = 99
    }

    /// Longest identifiers of 0050 and of 0150.
    static let (longestVIN, longestIdentifier) = (25, 100)

    /// What programs the controller, and is left to one master.
    private static let programming: Set<Int> = [18, 19, 20, 38, 39, 42, 43, 50, 78, 82, 127, 150]

    mutating func obey(_ telegram: Telegram, from client: Int, at now: ShopTime) {
        let mid = telegram.mid
        if let acknowledged = DataSubscription.acknowledged(by: mid) {
            return acknowledge(acknowledged, from: client)
        }
        if mid == 5 {
            return acknowledge(FieldReader.number(in: telegram.data, at: 21, 4) ?? 0, from: client)
        }
        if let fault = suffers.first(where: { $0.kind == .exception }) {
            return refuse(mid, Int(fault.code) % 100, to: client, at: now)
        }
        if Self.programming.contains(mid), suffers.contains(where: { $0.kind == .otherMaster }) {
            return refuse(mid, Refusal.otherMaster, to: client, at: now)
        }
        if takeSubscription(telegram, from: client, at: now) || takeRequest(telegram, from: client, at: now) {
            return
        }
        switch mid {
        case 3: stop(client, at: now)
        case 8: subscribeGenerically(telegram, client, at: now)
        case 9: endGenerically(telegram, client, at: now)
        default: command(telegram, client, at: now)
        }
    }

    private mutating func command(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        switch telegram.mid {
        case 18: selectParameterSet(telegram, client, at: now)
        case 19: setBatch(telegram, client, at: now)
        case 20: resetBatch(telegram, client, at: now)
        case 38, 39: selectJob(telegram, client, at: now)
        case 42, 43: lockTool(telegram, client, at: now)
        case 50, 150: takeIdentifier(telegram, client, at: now)
        case 78: acknowledgeAlarm(client, at: now)
        case 82: setClock(telegram, client, at: now)
        case 127: abortJob(client, at: now)
        case 113, 155: accept(telegram.mid, to: client, at: now)
        case 156, 157:
            identifier = []
            accept(telegram.mid, to: client, at: now)
        default: refuse(telegram.mid, Refusal.unknown, to: client, at: now)
        }
    }

    private mutating func acknowledge(_ mid: Int, from client: Int) {
        guard let place = sessions.firstIndex(where: { $0.client == client }), sessions[place].link == nil
        else { return }
        settle(lane: mid, at: place)
    }

    private mutating func stop(_ client: Int, at now: ShopTime) {
        accept(3, to: client, at: now)
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        sessions[place].isStarted = false
        (sessions[place].subscriptions, sessions[place].queue) = ([:], [])
        (sessions[place].outstanding, sessions[place].link) = ([:], nil)
    }

    // MARK: Parameter set and batch

    private mutating func selectParameterSet(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard let number = FieldReader.number(in: telegram.data, at: 21, 3), telegram.data.count == 3 else {
            return refuse(18, Refusal.invalid, to: client, at: now)
        }
        // Number 0 selects none, which this controller does not know.
        guard (1...settings.parameterSets).contains(number) else {
            return refuse(18, Refusal.parameterSetAbsent, to: client, at: now)
        }
        (parameterSet, batchCounter) = (number, 0)
        accept(18, to: client, at: now)
        publishParameterSet(at: now)
    }

    private mutating func setBatch(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let width = telegram.usualRevision == 1 ? 2 : 4
        guard let number = FieldReader.number(in: telegram.data, at: 21, 3),
            let size = FieldReader.number(in: telegram.data, at: 24, width), size >= 1,
            number == parameterSet
        else { return refuse(19, Refusal.invalid, to: client, at: now) }
        (batchSize, batchCounter) = (size, 0)
        accept(19, to: client, at: now)
    }

    private mutating func resetBatch(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard let number = FieldReader.number(in: telegram.data, at: 21, 3) else {
            return refuse(20, Refusal.invalid, to: client, at: now)
        }
        guard number == parameterSet else {
            return refuse(20, Refusal.parameterSetNotRunning, to: client, at: now)
        }
        batchCounter = 0
        accept(20, to: client, at: now)
        publishLock(at: now)
    }

    // MARK: Jobs

    /// Screws of a job: it has a batch, even where parameter sets have none.
    var batchOfJob: Int { max(settings.batch, 1) }

    /// 0038 selects a job, 0039 begins the running one again.
    private mutating func selectJob(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let mid = telegram.mid
        guard telegram.usualRevision <= 2 else {
            return refuse(mid, Refusal.revision, to: client, at: now)
        }
        let width = telegram.usualRevision == 1 ? 2 : 4
        guard let number = FieldReader.number(in: telegram.data, at: 21, width) else {
            return refuse(mid, Refusal.invalid, to: client, at: now)
        }
        guard number >= 1, number <= settings.jobs else {
            return refuse(mid, Refusal.jobNotSet, to: client, at: now)
        }
        if mid == 39, number != job { return refuse(mid, Refusal.jobNotRunning, to: client, at: now) }
        (job, batchSize, batchCounter) = (number, batchOfJob, 0)
        parameterSet = min(number, settings.parameterSets)
        accept(mid, to: client, at: now)
        publishJob(at: now)
        publishParameterSet(at: now)
    }

    private mutating func abortJob(_ client: Int, at now: ShopTime) {
        (job, batchSize, batchCounter) = (0, settings.batch, 0)
        accept(127, to: client, at: now)
    }

    // MARK: Tool, identifier, alarm, clock

    private mutating func lockTool(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let mid = telegram.mid
        guard telegram.usualRevision <= 2 else {
            return refuse(mid, Refusal.revision, to: client, at: now)
        }
        if telegram.usualRevision == 2 {
            guard let tool = FieldReader.number(in: telegram.data, at: 23, 4) else {
                return refuse(mid, Refusal.invalid, to: client, at: now)
            }
            guard tool == 1 || tool == 9_999 else {
                return refuse(mid, Refusal.toolAbsent, to: client, at: now)
            }
            // Types other than a plain lock skip a screw; this tool has none of them.
            if mid == 42, FieldReader.number(in: telegram.data, at: 29, 2) != 0 {
                return refuse(mid, Refusal.lockType, to: client, at: now)
            }
        }
        accept(mid, to: client, at: now)
        isToolEnabled = mid == 43
        events.append(isToolEnabled ? .toolUnlocked : .toolLocked)
    }

    private mutating func takeIdentifier(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        let most = telegram.mid == 50 ? Self.longestVIN : Self.longestIdentifier
        let text = FieldReader.trimmed(telegram.data)
        guard telegram.data.count <= most, !text.isEmpty,
            text.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return refuse(telegram.mid, Refusal.invalid, to: client, at: now) }
        identifier = text
        accept(telegram.mid, to: client, at: now)
        publishIdentifier(at: now)
    }

    private mutating func acknowledgeAlarm(_ client: Int, at now: ShopTime) {
        guard settings.quirks.hasAlarms else { return refuse(78, Refusal.unknown, to: client, at: now) }
        guard alarm != nil else { return refuse(78, Refusal.noAlarm, to: client, at: now) }
        alarm = nil
        accept(78, to: client, at: now)
    }

    private mutating func setClock(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard clock.set(to: telegram.data, at: now) else {
            return refuse(82, Refusal.invalid, to: client, at: now)
        }
        accept(82, to: client, at: now)
    }
}
