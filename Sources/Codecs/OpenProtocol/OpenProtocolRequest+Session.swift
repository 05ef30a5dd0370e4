extension OpenProtocolRequest {
    /// Largest revision of MIDs 0001 and 0002 that is read here (specification R2.16, table 18).
    package static let newestSession = 7

    /// MID 0001: opens the session; 0002 of this revision or MID 0004 answers. Offer `newestSession` first
    /// and a lower one each time the revision is refused. Only revision 7 can ask to go without keep-alive.
    package static func start(revision: Int, isKeepAliveOptional: Bool = false) -> OpenProtocolRequest {
        OpenProtocolRequest(
            1, revision: revision,
            data: revision >= 7 ? Array((isKeepAliveOptional ? "011" : "010").utf8) : [], answer: .reply(2))
    }

    /// MID 0003: ends the session.
    package static let stop = OpenProtocolRequest(3)
    /// MID 9999: keeps the session alive; mirrored.
    package static let keepAlive = OpenProtocolRequest(9_999, answer: .reply(9_999))

    /// MID 0005 from this side: the event with `mid` was taken (specification R2.16, section 5.2.5).
    package static func acknowledge(_ mid: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(5, data: try digits(mid, 4, 0...9_999, mid: 5, "the MID"), answer: .none)
    }

    /// MID 9997: a message with `mid` was received. Its header's sequence number is the next expected.
    package static func linkAccepted(_ mid: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(9_997, data: try digits(mid, 4, 0...9_999, mid: 9_997, "the MID"), answer: .none)
    }

    /// MID 9998: a message with `mid` was not received; sequence number as with MID 9997.
    package static func linkRefused(
        _ mid: Int, _ fault: OpenProtocolLinkFault
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let code = try digits(fault.code, 4, 0...9_999, mid: 9_998, "the error code")
        return OpenProtocolRequest(
            9_998, data: try digits(mid, 4, 0...9_999, mid: 9_998, "the MID") + code, answer: .none)
    }
}
