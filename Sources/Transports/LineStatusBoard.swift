internal import Linux

/// What a line's thread says of the line, for anyone to read.
///
/// A thousand lines publish here after each reply, so a board is one object and takes little with it: boards
/// of one engine may share their lock, and what did not change is not written.
final class LineStatusBoard: @unchecked Sendable {
    // Safety: `current` is touched only under `lock`.
    private let lock: Lock
    private var current = LinkStatus()

    init(lock: Lock = Lock()) { self.lock = lock }

    var status: LinkStatus { lock.withLock { current } }

    func publish(_ status: LinkStatus) { lock.withLock { current.update(to: status) } }
}

extension LinkStatus {
    /// Becomes `other`. Texts and tables that did not change stay where they are: comparing the same ones
    /// costs nothing, and counting one reference more would touch their memory.
    fileprivate mutating func update(to other: LinkStatus) {
        state = other.state
        if health != other.health { health = other.health }
        (dials, requests, replies) = (other.dials, other.requests, other.replies)
        (timeouts, retries, exceptions) = (other.timeouts, other.retries, other.exceptions)
        (late, foreign, malformed) = (other.late, other.foreign, other.malformed)
        (skippedPolls, lastGood) = (other.skippedPolls, other.lastGood)
        if lastError != other.lastError { lastError = other.lastError }
    }
}
