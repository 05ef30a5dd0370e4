/// What a controller sends, read.
package enum OpenProtocolReply: Sendable, Equatable {
    /// MID 0002: the session is open.
    case controller(OpenProtocolController)
    /// MID 0004: what was asked for is not done, and why.
    case refused(OpenProtocolRefusal)
    /// MID 0005: what was asked for with `mid` is done.
    case accepted(mid: Int)
    /// MIDs 0061 and 0065.
    case tightening(OpenProtocolTightening)
    /// MID 9997: received; acknowledges a sequence number.
    case linkAccepted(mid: Int)
    /// MID 9998: not received, and why.
    case linkRefused(mid: Int, code: OpenProtocolLinkFault)
    /// MID 9999: our own, mirrored.
    case keepAlive
    /// Any other MID, as it came.
    case other(OpenProtocolMessage)

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its MID and revision say.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        let digits = OpenProtocolDigits(message)
        switch message.mid {
        case 2: self = .controller(try OpenProtocolController(message))
        case 4: self = .refused(try OpenProtocolRefusal(message))
        case 5: self = .accepted(mid: try digits.required(21, 4, "the accepted MID"))
        case 61, 65: self = .tightening(try OpenProtocolTightening(message))
        case 9_997: self = .linkAccepted(mid: try digits.required(21, 4, "the received MID"))
        case 9_998:
            self = .linkRefused(
                mid: try digits.required(21, 4, "the refused MID"),
                code: OpenProtocolLinkFault(try digits.required(25, 4, "the error code")))
        case 9_999: self = .keepAlive
        default: self = .other(message)
        }
    }
}
