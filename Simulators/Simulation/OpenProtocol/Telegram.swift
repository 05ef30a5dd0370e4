/// One Open Protocol telegram: what its 20 header bytes say, and its data.
///
/// Written from the header's byte table alone (R 2.16.0, section 2.2.2), apart from the gateway's codec, so
/// that each shows the other's mistakes.
struct Telegram: Sendable, Equatable {
    static let headerBytes = 20
    /// Longest telegram: its length has four digits.
    static let mostBytes = 9_999

    let mid: Int
    /// 1–999; nil is written as blanks, which means 1.
    var revision: Int?
    /// The sender of a subscription wants no acknowledgement of its data.
    var wantsNoAcknowledge = false
    /// 1–99; nil is written as blanks: no sequence numbers.
    var sequence: Int?
    /// How many telegrams the message is spread over, and which this is; nil where it stands alone.
    var part: (number: Int, of: Int)?
    var data: [UInt8]

    init(_ mid: Int, revision: Int? = nil, data: [UInt8] = []) {
        (self.mid, self.revision, self.data) = (mid, revision, data)
    }

    static func == (left: Telegram, right: Telegram) -> Bool { left.bytes == right.bytes }

    /// The revision, with blank and 0 as 1.
    var usualRevision: Int { max(revision ?? 1, 1) }

    /// Header and data: what the length counts.
    var bytes: [UInt8] {
        var writer = FieldWriter()
        writer.number(Self.headerBytes + data.count, 4)
        writer.number(mid, 4)
        writer.numberOrBlank(revision, 3)
        writer.numberOrBlank(wantsNoAcknowledge ? 1 : nil, 1)
        writer.blank(4)  // station and spindle: one of each
        writer.numberOrBlank(sequence, 2)
        writer.numberOrBlank(part?.of, 1)
        writer.numberOrBlank(part?.number, 1)
        return writer.bytes + data
    }

    /// What goes over TCP: the telegram and the NUL that its length does not count.
    var wire: [UInt8] { bytes + [0] }

    /// The telegram in `bytes`, header and data; nil where a field that must be a number is none.
    init?(_ bytes: [UInt8]) {
        func field(_ first: Int, _ count: Int, blank: Int?) -> Int?? {
            let text = bytes[first - 1..<first - 1 + count]
            if text.allSatisfy({ $0 == 0x20 }) { return .some(blank) }
            return FieldReader.number(text).map { .some($0) }
        }
        guard bytes.count >= Self.headerBytes, let mid = field(5, 4, blank: nil), let mid,
            let revision = field(9, 3, blank: nil), let noAcknowledge = field(12, 1, blank: 0),
            let sequence = field(17, 2, blank: nil)
        else { return nil }
        self.init(mid, revision: revision, data: Array(bytes.dropFirst(Self.headerBytes)))
        wantsNoAcknowledge = noAcknowledge == 1
        self.sequence = sequence == 0 ? nil : sequence
    }
}

/// Cuts what a client sends into telegrams, by their lengths: data may hold a NUL.
struct TelegramFramer: Sendable {
    enum Step: Equatable {
        case incomplete
        case telegram(Telegram)
        /// These bytes were no telegram, and are thrown away.
        case damaged(String)
    }

    private var received: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) { received += bytes }

    /// The next telegram; to be called until it is `incomplete`.
    mutating func next() -> Step {
        guard received.count >= 4 else { return .incomplete }
        guard let length = FieldReader.number(received[..<4]), length >= Telegram.headerBytes else {
            return skip("the length is no number of \(Telegram.headerBytes) or more")
        }
        guard received.count > length else { return .incomplete }
        guard received[length] == 0 else { return skip("no NUL stands behind the length that is given") }
        let frame = Array(received[..<length])
        received.removeFirst(length + 1)
        return Telegram(frame).map { .telegram($0) } ?? .damaged("a field of the header is no number")
    }

    /// Throws away everything up to and with the next NUL, or all there is.
    private mutating func skip(_ why: String) -> Step {
        received.removeFirst(received.firstIndex(of: 0).map { $0 + 1 } ?? received.count)
        return .damaged(why)
    }
}
