extension OpenProtocolRequest {
    /// MID 0060: have results sent as MID 0061 of this revision. A controller may send a lower one.
    package static func subscribeResults(revision: Int = 1) -> OpenProtocolRequest {
        OpenProtocolRequest(60, revision: revision)
    }

    /// MID 0062: a result is durable here; the controller may forget it.
    package static let acknowledgeResult = OpenProtocolRequest(62, answer: .none)
    /// MID 0063: no further results.
    package static let unsubscribeResults = OpenProtocolRequest(63)

    /// MID 0064: the result with this id once more, as MID 0065 of this revision; id 0 is the latest.
    package static func oldResult(
        _ tighteningID: Int, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        // Revision 10 also tells whether the latest of the results made offline is meant (table 111): not.
        let data = try digits(tighteningID, 10, 0...4_294_967_295, mid: 64, "the tightening id")
        return OpenProtocolRequest(
            64, revision: revision, data: revision == 10 ? data + [0x30] : data, answer: .reply(65))
    }
}
