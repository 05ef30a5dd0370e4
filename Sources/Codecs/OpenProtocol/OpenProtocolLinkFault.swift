/// Why a message was not received at link level (MID 9998; specification R2.16, table 9).
package enum OpenProtocolLinkFault: Sendable, Equatable {
    case length, revision, sequence, partMismatch
    case unknown(Int)

    package init(_ code: Int) {
        self =
            switch code {
            case 1: .length
            case 2: .revision
            case 3: .sequence
            case 4: .partMismatch
            default: .unknown(code)
            }
    }

    /// The number on the wire.
    package var code: Int {
        switch self {
        case .length: 1
        case .revision: 2
        case .sequence: 3
        case .partMismatch: 4
        case .unknown(let code): code
        }
    }
}
