/// One end of a line under Siemens' procedure 3964R, as R 2.16.0, section 2.1.2.2 tells it: ask with STX,
/// wait for DLE, send the block with DLE ETX and a check character behind it, wait for DLE again.
///
/// A value with bytes and time coming in, bytes and blocks going out. Bytes of 0x10 in a block are doubled,
/// as the procedure has it; the specification says nothing of it.
struct ControllerHandshake: Sendable {
    /// Seconds: for an acknowledgement, and between two characters of a block; how often something is tried.
    static let (acknowledgement, character, mostTries) = (2.0, 0.1, 6)
    /// Blocks that may wait; a further one is dropped.
    static let mostWaiting = 1_000
    /// Longest block: a telegram, doubled throughout, with what stands around it.
    private static let mostBytes = 2 * Telegram.mostBytes + 16

    enum Output: Sendable, Equatable {
        case write([UInt8])
        /// A whole block that was checked, without its end.
        case received([UInt8])
    }

    private enum State {
        case idle
        /// STX is sent, or the block.
        case asking(tries: Int, until: ShopTime)
        case sent(tries: Int, until: ShopTime)
        /// What has come of a block.
        case receiving([UInt8], until: ShopTime)
    }

    private let speed: Double
    private var state = State.idle
    private var waiting: [[UInt8]] = []
    private var outputs: [Output] = []

    init(speed: Double) { self.speed = speed }

    mutating func takeOutputs() -> [Output] {
        defer { outputs = [] }
        return outputs
    }

    /// When something happens without a byte.
    var nextChange: ShopTime? {
        switch state {
        case .idle: nil
        case .asking(_, let until), .sent(_, let until), .receiving(_, let until): until
        }
    }

    mutating func send(_ block: [UInt8], at now: ShopTime) {
        guard waiting.count < Self.mostWaiting else { return }
        waiting.append(block)
        if case .idle = state { ask(1, at: now) }
    }

    mutating func advance(to now: ShopTime) {
        guard let due = nextChange, due <= now else { return }
        switch state {
        case .idle: return
        case .asking(let tries, _), .sent(let tries, _): retry(tries, at: now)
        case .receiving:
            outputs.append(.write([SerialMark.negative]))
            rest(at: now)
        }
    }

    mutating func take(_ bytes: [UInt8], at now: ShopTime) {
        for byte in bytes { take(byte, at: now) }
    }

    private mutating func take(_ byte: UInt8, at now: ShopTime) {
        switch state {
        case .idle: begin(byte, at: now)
        case .asking(let tries, _):
            // Both ask at once: the controller gives way, and asks again later. Unconfirmed.
            if byte == SerialMark.startOfText { return begin(byte, at: now) }
            guard byte == SerialMark.escape, let block = waiting.first else { return retry(tries, at: now) }
            outputs.append(.write(Self.closed(block)))
            state = .sent(tries: tries, until: now + seconds(Self.acknowledgement))
        case .sent(let tries, _):
            guard byte == SerialMark.escape else { return retry(tries, at: now) }
            waiting.removeFirst()
            rest(at: now)
        case .receiving(let before, _): receive(before + [byte], at: now)
        }
    }

    private mutating func begin(_ byte: UInt8, at now: ShopTime) {
        guard byte == SerialMark.startOfText else {
            return outputs.append(.write([SerialMark.negative]))
        }
        outputs.append(.write([SerialMark.escape]))
        state = .receiving([], until: now + seconds(Self.acknowledgement))
    }

    private mutating func receive(_ bytes: [UInt8], at now: ShopTime) {
        state = .receiving(bytes, until: now + seconds(Self.character))
        switch Self.opened(bytes) {
        case .incomplete where bytes.count < Self.mostBytes: return
        case .incomplete, .damaged: outputs.append(.write([SerialMark.negative]))
        case .block(let block): outputs += [.write([SerialMark.escape]), .received(block)]
        }
        rest(at: now)
    }

    /// Nothing is under way: the next block is asked for.
    private mutating func rest(at now: ShopTime) {
        state = .idle
        if !waiting.isEmpty { ask(1, at: now) }
    }

    private mutating func retry(_ tries: Int, at now: ShopTime) {
        guard tries < Self.mostTries else {
            outputs.append(.write([SerialMark.negative]))
            waiting.removeFirst()
            return rest(at: now)
        }
        ask(tries + 1, at: now)
    }

    private mutating func ask(_ tries: Int, at now: ShopTime) {
        outputs.append(.write([SerialMark.startOfText]))
        state = .asking(tries: tries, until: now + seconds(Self.acknowledgement))
    }

    private func seconds(_ count: Double) -> ShopTime { .seconds(count * speed) }

    // MARK: Blocks

    /// What bytes of a block are.
    enum Opening: Equatable {
        case incomplete
        case damaged
        case block([UInt8])
    }

    /// `block` with each DLE doubled, DLE ETX behind it, and the exclusive-or of all that.
    static func closed(_ block: [UInt8]) -> [UInt8] {
        var bytes = block.flatMap { $0 == SerialMark.escape ? [$0, $0] : [$0] }
        bytes += [SerialMark.escape, SerialMark.endOfText]
        return bytes + [bytes.reduce(0, ^)]
    }

    static func opened(_ bytes: [UInt8]) -> Opening {
        var (block, at): ([UInt8], Int) = ([], 0)
        while at < bytes.count {
            guard bytes[at] == SerialMark.escape else {
                block.append(bytes[at])
                at += 1
                continue
            }
            guard at + 1 < bytes.count else { return .incomplete }
            switch bytes[at + 1] {
            case SerialMark.escape: block.append(SerialMark.escape)
            case SerialMark.endOfText:
                guard at + 2 < bytes.count else { return .incomplete }
                return bytes[...(at + 1)].reduce(0, ^) == bytes[at + 2] ? .block(block) : .damaged
            default: return .damaged
            }
            at += 2
        }
        return .incomplete
    }
}
