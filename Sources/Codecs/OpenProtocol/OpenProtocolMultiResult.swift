/// The result of several spindles that tightened at once (MID 0101; specification R2.16, tables 148 to 150).
package struct OpenProtocolMultiResult: Sendable, Equatable {
    /// The result of one spindle.
    package struct Spindle: Sendable, Equatable {
        /// Place in the synchronised group; a PowerMACS puts the bolt's number here.
        package let number: Int?
        /// The spindle's channel; a PowerMACS puts the spindle's number here.
        package let channel: Int?
        /// True only for 1, false only for 0; nil is never a pass.
        package let isOK: Bool?
        /// 0 low and 2 high up to revision 3; 0 not OK from revision 4; 1 OK.
        package let torqueStatus: Int?
        /// Hundredths of a newton metre, of a kilonewton with a press, or up to revision 3 of the unit that a
        /// PowerMACS is set to.
        package let torque: Int?
        /// 0 not OK, 1 OK; 2 high with a PowerMACS.
        package let angleStatus: Int?
        /// Degrees; hundredths of a millimetre with a press.
        package let angle: Int?
    }

    /// What the spindles have in common.
    package let fields: OpenProtocolFields
    package let spindles: [Spindle]
    /// 1 spindles, 2 presses; nil below revision 4.
    package let systemSubtype: Int?
    /// Nil below revision 5.
    package let jobSequence: Int?

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says, or
    /// holds another number of spindles than it tells.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        fields = try OpenProtocolFields(message, among: [101])
        guard let count = fields.number(.spindleCount), fields.has(.syncStatus) else {
            throw OpenProtocolDigits(message).fault(23, "the number of spindles is not given")
        }
        var cursor = OpenProtocolCursor(message, at: fields.restOffset + 1)
        try cursor.parameter(18)
        var spindles: [Spindle] = []
        for _ in 0..<count { spindles.append(try Self.spindle(&cursor)) }
        self.spindles = spindles
        guard message.revision >= 4 else {
            (systemSubtype, jobSequence) = (nil, nil)
            try cursor.end()
            return
        }
        try cursor.parameter(19)
        systemSubtype = try cursor.number(3, "the system subtype")
        guard message.revision >= 5 else {
            jobSequence = nil
            try cursor.end()
            return
        }
        try cursor.parameter(20)
        jobSequence = try cursor.number(5, "the job sequence number")
        // A later revision may have more, which is kept in the message.
        if message.revision == 5 { try cursor.end() }
    }

    package var message: OpenProtocolMessage { fields.message }
    /// The verdict on all of them: true only where the message and every one of its spindles say so, of
    /// which there is one at least.
    package var isOK: Bool? {
        guard let all = fields.number(.syncStatus), all <= 1, !spindles.isEmpty else { return nil }
        if all == 0 || spindles.contains(where: { $0.isOK == false }) { return false }
        return spindles.allSatisfy { $0.isOK == true } ? true : nil
    }

    private static func spindle(_ cursor: inout OpenProtocolCursor) throws(OpenProtocolError) -> Spindle {
        let number = try cursor.number(2, "a spindle's number")
        let channel = try cursor.number(2, "a spindle's channel")
        let status = try cursor.number(1, "a spindle's status")
        let torqueStatus = try cursor.number(1, "a spindle's torque status")
        let torque = try cursor.signed(6, "a spindle's torque")
        let angleStatus = try cursor.number(1, "a spindle's angle status")
        let angle = try cursor.signed(5, "a spindle's angle")
        return Spindle(
            number: number, channel: channel, isOK: [0: false, 1: true][status ?? -1],
            torqueStatus: torqueStatus, torque: torque, angleStatus: angleStatus, angle: angle)
    }
}
