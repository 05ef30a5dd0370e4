/// What one client has agreed with a controller: subscriptions, sequence numbers, and what it has not yet
/// acknowledged.
struct ControllerSession: Sendable {
    /// A subscription: the revision its data is sent in, and whether that is acknowledged.
    struct Subscription: Sendable, Equatable {
        let revision: Int
        let isAcknowledged: Bool
    }

    /// A telegram that waits for its acknowledgement.
    struct Outstanding: Sendable {
        let telegram: Telegram
        /// The result that it carries; nil for anything else.
        let result: UInt32?
        /// When it is sent again.
        var due: ShopTime
        var tries: Int
    }

    /// A telegram that waits for its turn.
    struct Queued: Sendable {
        let telegram: Telegram
        let result: UInt32?
        let isAcknowledged: Bool
    }

    /// Sequence numbers under link-level acknowledgement: 1…99, then 1 again.
    struct Link: Sendable {
        var nextToSend = 1
        var nextExpected = 1
        /// The number received last, and how it was acknowledged; a repetition gets the same again.
        var last: (sequence: Int, answer: Telegram)?

        static func following(_ number: Int) -> Int { number >= 99 ? 1 : number + 1 }
    }

    /// Data telegrams that may wait for one client; older ones are let go beyond it, but stay under 0064.
    static let mostQueued = 1_000

    let client: Int
    var framer = TelegramFramer()
    var isStarted = false
    /// The controller has stopped answering this client.
    var isHung = false
    /// Since when nothing was heard.
    var lastHeard: ShopTime
    var lastKeepAlive: ShopTime?
    /// By the MID of the data: 61, 71, 101 …
    var subscriptions: [Int: Subscription] = [:]
    /// The curves that a subscription of 0900 names.
    var traces = CurveTelegram.Trace.allCases
    /// Nil until a telegram comes with a sequence number.
    var link: Link?
    /// By MID; under link-level acknowledgement there is one at most, under 0.
    var outstanding: [Int: Outstanding] = [:]
    var queue: [Queued] = []

    init(client: Int, at now: ShopTime) { (self.client, lastHeard) = (client, now) }

    /// What `outstanding` keeps a telegram of `mid` under.
    func lane(_ mid: Int) -> Int { link == nil ? mid : 0 }

    mutating func enqueue(_ telegram: Telegram, result: UInt32?, isAcknowledged: Bool) {
        if queue.count >= Self.mostQueued { queue.removeFirst() }
        queue.append(.init(telegram: telegram, result: result, isAcknowledged: isAcknowledged))
    }

    /// Takes the first telegram whose lane is free.
    mutating func takeSendable() -> Queued? {
        guard let index = queue.firstIndex(where: { outstanding[lane($0.telegram.mid)] == nil }) else {
            return nil
        }
        return queue.remove(at: index)
    }
}
