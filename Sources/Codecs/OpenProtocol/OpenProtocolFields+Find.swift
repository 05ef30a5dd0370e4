extension OpenProtocolFields {
    /// The fields of `message` by the layout of its MID and revision.
    ///
    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says, or
    /// where its MID is not among `mids` or has no layout.
    package init(_ message: OpenProtocolMessage, among mids: [Int]) throws(OpenProtocolError) {
        guard mids.contains(message.mid), let found = Self.layout(message.mid, message.revision) else {
            let wanted = mids.map { OpenProtocolText.padded($0, 4) }.joined(separator: " or ")
            throw OpenProtocolError(
                .malformed, mid: message.mid, revision: message.revision, byte: 5,
                "a message that is not \(wanted)")
        }
        try self.init(message, found.layout, isRevisionKnown: found.isKnown)
    }

    /// The layout of a revision, or of the highest known one below it; nil where the MID has none.
    static func layout(_ mid: Int, _ revision: Int) -> (layout: OpenProtocolLayout, isKnown: Bool)? {
        if mid == 61, revision == 999 { return (.resultLight, true) }
        let revisions: [OpenProtocolLayout]
        switch mid {
        case 2: revisions = OpenProtocolLayout.communicationStart
        case 61: revisions = OpenProtocolLayout.result
        case 65: revisions = OpenProtocolLayout.oldResult
        default: return nil
        }
        guard revision > revisions.count else { return (revisions[max(revision, 1) - 1], true) }
        // Revision 998 adds stages to revision 6 (specification R2.16, table 108).
        if mid == 61, revision == 998 { return (revisions[5], true) }
        return revisions.last.map { ($0, false) }
    }
}
