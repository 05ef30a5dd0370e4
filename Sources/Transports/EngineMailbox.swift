internal import Linux

/// Orders on their way to an engine's thread, from any other.
final class EngineMailbox: Sendable {
    enum Letter: Sendable {
        case add(slot: Int, address: LinkAddress, board: LineStatusBoard)
        case order(LineOrder, slot: Int)
        case resolved(slot: Int, generation: UInt32, addresses: [SocketAddress], fault: String?)
        case stop(done: CheckedContinuation<Void, Never>?)
    }

    private struct Contents {
        var letters: [Letter] = []
        var isClosed = false
    }

    private let contents = Guarded(Contents())
    let signal: WakeSignal

    init() throws(SystemCallError) { signal = try WakeSignal() }

    /// Whether the letter will be read; after `close` none is.
    func post(_ letter: Letter) -> Bool {
        let isOpen = contents.withLock { contents in
            guard !contents.isClosed else { return false }
            contents.letters.append(letter)
            return true
        }
        if isOpen { signal.raise() }
        return isOpen
    }

    /// All letters that have come, oldest first.
    func takeAll() -> [Letter] {
        signal.lower()
        return contents.withLock { contents in
            let letters = contents.letters
            contents.letters = []
            return letters
        }
    }

    /// Takes no more letters, and gives back those that have come.
    func close() -> [Letter] {
        contents.withLock { contents in
            contents.isClosed = true
            let letters = contents.letters
            contents.letters = []
            return letters
        }
    }
}
