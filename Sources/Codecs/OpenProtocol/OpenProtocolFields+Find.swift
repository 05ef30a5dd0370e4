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
                "no message \(wanted) of a revision that is laid out")
        }
        try self.init(message, found.layout, isRevisionKnown: found.isKnown)
    }

    /// The layout of a revision, or of the highest known one below it; nil where there is none.
    static func layout(_ mid: Int, _ revision: Int) -> (layout: OpenProtocolLayout, isKnown: Bool)? {
        guard revision >= 1 else { return nil }
        // Revision 999 is short; 998 adds stages to revision 6 (specification R2.16, tables 108 and 109).
        if mid == 61, revision == 999 { return (.resultLight, true) }
        if mid == 61, revision == 998 { return OpenProtocolLayout.result[5].map { ($0, true) } }
        let revisions = revisions(mid)
        if revision <= revisions.count { return revisions[revision - 1].map { ($0, true) } }
        // Without parameter ids nothing tells how much of a layout still holds.
        guard let last = revisions.last ?? nil, last.hasIDs else { return nil }
        return (last, false)
    }

    /// The layouts of a MID from revision 1; nil in place of one that is not laid out.
    private static func revisions(_ mid: Int) -> [OpenProtocolLayout?] {
        switch mid {
        case 2: OpenProtocolLayout.communicationStart
        case 13: OpenProtocolLayout.parameterSet
        case 15: OpenProtocolLayout.parameterSetSelected
        case 33: OpenProtocolLayout.job
        case 35: OpenProtocolLayout.jobEvent
        case 41: OpenProtocolLayout.tool
        case 52: [nil, OpenProtocolLayout.identifiers]
        case 61: OpenProtocolLayout.result
        case 65: OpenProtocolLayout.oldResult
        case 71: OpenProtocolLayout.alarm
        case 74: OpenProtocolLayout.alarmAcknowledged
        case 76: OpenProtocolLayout.alarmStatus
        case 81: [OpenProtocolLayout.time]
        case 101: [OpenProtocolLayout?](repeating: .multiResult, count: 5)
        case 217: [OpenProtocolLayout.relay]
        default: []
        }
    }
}
