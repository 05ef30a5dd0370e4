/// What each telegram from the client does (R 2.16.0, section 5).
extension OpenProtocolController {
    /// Codes of 0004 (table 20).
    enum Refusal {
        static let invalid = 1
        static let parameterSetAbsent = 2
        static let resultSubscribed = 9
        static let resultNotSubscribed = 10
        static let idNotFound = 15
        static let jobAbsent = 17
        static let otherMaster = 35
        static let toolAbsent = 29
        static let revision = 97
        static let unknown = 99
    }

    /// Longest identifiers of 0050 and of 0150.
    static let (longestVIN, longestIdentifier) = (25, 100)

    /// What programs the controller, and is left to one master.
    private static let programming: Set<Int> = [18, 19, 20, 38, 39, 42, 43, 50, 78, 82, 127, 150]

    mutating func obey(_ telegram: Telegram, from client: Int, at now: ShopTime) {
        let mid = telegram.mid
        if let fault = suffers.first(where: { $0.kind == .exception }) {
            return refuse(mid, Int(fault.code) % 100, to: client, at: now)
        }
        if Self.programming.contains(mid), suffers.contains(where: { $0.kind == .otherMaster }) {
            return refuse(mid, Refusal.otherMaster, to: client, at: now)
        }
        if let acknowledged = Self.acknowledges[mid] {
            return acknowledge(acknowledged, from: client)
        }
        switch mid {
        case 3: stop(client, at: now)
        case 5: acknowledge(FieldReader.number(in: telegram.data, at: 21, 4) ?? 0, from: client)
        case 18: selectParameterSet(telegram, client, at: now)
        case 42, 43: lockTool(telegram, client, at: now)
        case 50, 150: takeIdentifier(telegram, client, at: now)
        case 60: subscribe(telegram, to: 61, client, at: now)
        case 63: unsubscribe(telegram, from: 61, client, at: now)
        default: refuse(mid, Refusal.unknown, to: client, at: now)
        }
    }

    /// Acknowledgements of the client, and of what.
    private static let acknowledges = [
        16: 15, 36: 35, 53: 52, 62: 61, 72: 71, 75: 74, 77: 76, 102: 101, 153: 152,
    ]

    private mutating func acknowledge(_ mid: Int, from client: Int) {
        guard let place = sessions.firstIndex(where: { $0.client == client }), sessions[place].link == nil
        else {
            return
        }
        settle(lane: mid, at: place)
    }

    private mutating func stop(_ client: Int, at now: ShopTime) {
        accept(3, to: client, at: now)
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        sessions[place].isStarted = false
        (sessions[place].subscriptions, sessions[place].queue) = ([:], [])
        (sessions[place].outstanding, sessions[place].link) = ([:], nil)
    }

    // MARK: Tool, parameter set, identifier

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
    }

    private mutating func lockTool(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard telegram.usualRevision <= 2 else {
            return refuse(telegram.mid, Refusal.revision, to: client, at: now)
        }
        if telegram.usualRevision == 2 {
            guard let tool = FieldReader.number(in: telegram.data, at: 23, 4) else {
                return refuse(telegram.mid, Refusal.invalid, to: client, at: now)
            }
            guard tool == 1 || tool == 9_999 else {
                return refuse(telegram.mid, Refusal.toolAbsent, to: client, at: now)
            }
        }
        accept(telegram.mid, to: client, at: now)
        isToolEnabled = telegram.mid == 43
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
    }

    // MARK: Subscriptions

    private mutating func subscribe(
        _ telegram: Telegram, to mid: Int, _ client: Int, at now: ShopTime
    ) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        guard settings.quirks.resultRevisions.contains(telegram.usualRevision) else {
            let code = settings.quirks.resultRevisions.isEmpty ? Refusal.unknown : Refusal.revision
            return refuse(telegram.mid, code, to: client, at: now)
        }
        guard sessions[place].subscriptions[mid] == nil else {
            return refuse(telegram.mid, Refusal.resultSubscribed, to: client, at: now)
        }
        sessions[place].subscriptions[mid] = .init(
            revision: telegram.usualRevision, isAcknowledged: !telegram.wantsNoAcknowledge)
        accept(telegram.mid, to: client, at: now)
        publishUnacknowledged(mid: mid, to: place, at: now)
    }

    private mutating func unsubscribe(
        _ telegram: Telegram, from mid: Int, _ client: Int, at now: ShopTime
    ) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        guard sessions[place].subscriptions.removeValue(forKey: mid) != nil else {
            return refuse(telegram.mid, Refusal.resultNotSubscribed, to: client, at: now)
        }
        sessions[place].queue.removeAll { $0.telegram.mid == mid }
        accept(telegram.mid, to: client, at: now)
    }
}
