internal import Linux

/// What a line's thread says of the line, for anyone to read.
final class LineStatusBoard: Sendable {
    private let guarded = Guarded(LinkStatus())

    var status: LinkStatus {
        get { guarded.withLock { $0 } }
        set { guarded.withLock { $0 = newValue } }
    }
}
