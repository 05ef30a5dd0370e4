/// A kind of data that a client can subscribe to, with its four telegrams and its refusals.
struct DataSubscription: Sendable {
    /// The telegram that carries the data.
    let data: Int
    let subscribe: Int
    let unsubscribe: Int
    let acknowledge: Int
    /// Codes of 0004 (table 20): there already, not there.
    let (exists, absent): (Int, Int)
    /// Revisions that are known; where a make differs its quirks say so.
    let revisions: ClosedRange<Int>

    private init(
        _ data: Int, by subscribe: Int, until unsubscribe: Int, acknowledgedBy acknowledge: Int,
        codes: (Int, Int), revisions: ClosedRange<Int>
    ) {
        (self.data, self.subscribe, self.unsubscribe) = (data, subscribe, unsubscribe)
        (self.acknowledge, self.revisions) = (acknowledge, revisions)
        (exists, absent) = codes
    }

    static let all: [DataSubscription] = [
        .init(15, by: 14, until: 17, acknowledgedBy: 16, codes: (13, 14), revisions: 1...2),
        .init(22, by: 21, until: 24, acknowledgedBy: 23, codes: (90, 91), revisions: 1...1),
        .init(35, by: 34, until: 37, acknowledgedBy: 36, codes: (18, 19), revisions: 1...3),
        .init(52, by: 51, until: 54, acknowledgedBy: 53, codes: (6, 7), revisions: 1...2),
        .init(61, by: 60, until: 63, acknowledgedBy: 62, codes: (9, 10), revisions: 1...999),
        .init(71, by: 70, until: 73, acknowledgedBy: 72, codes: (11, 12), revisions: 1...3),
        .init(91, by: 90, until: 93, acknowledgedBy: 92, codes: (31, 32), revisions: 1...1),
        .init(101, by: 100, until: 103, acknowledgedBy: 102, codes: (33, 34), revisions: 1...5),
        .init(152, by: 151, until: 154, acknowledgedBy: 153, codes: (43, 44), revisions: 1...1),
    ]

    /// Data that comes under another telegram's subscription, and its acknowledgement: 0074 and 0076 by 0070.
    static let companions = [75: 74, 77: 76]

    /// What the acknowledgement `mid` acknowledges; nil where it is none.
    static func acknowledged(by mid: Int) -> Int? {
        companions[mid] ?? all.first { $0.acknowledge == mid }?.data
    }
}
