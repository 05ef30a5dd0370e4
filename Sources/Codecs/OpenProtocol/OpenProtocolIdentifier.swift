/// The part that a controller has been told, be it by its own scanner: MIDs 0052 and 0152.
package struct OpenProtocolIdentifier: Sendable, Equatable {
    /// One of up to four parts of an identifier.
    package struct Part: Sendable, Equatable {
        /// What became of a part in the work order (specification R2.16, table 167).
        package enum Status: Sendable, Equatable {
            case notAccepted, accepted, bypassed, reset, next, initial
            /// MID 0052, which does not say, or blank.
            case notGiven
            case unknown(Int)

            init(_ number: Int?) {
                let known: [Status] = [.notAccepted, .accepted, .bypassed, .reset, .next, .initial]
                self = number.map { known.indices.contains($0) ? known[$0] : .unknown($0) } ?? .notGiven
            }
        }

        /// 1 to 4.
        package let number: Int
        /// The characters as they came, without the blanks at their end; a scanner's separators are kept.
        package let bytes: [UInt8]
        /// Whether the work order asks for this part; nil where MID 0052 does not say.
        package let isInWorkOrder: Bool?
        package let status: Status

        /// The characters as text.
        package var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    package let message: OpenProtocolMessage
    /// Parts that hold something; none where the identifier was taken back.
    package let parts: [Part]

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        self.message = message
        let all =
            switch (message.mid, message.revision) {
            case (52, 1): [Self.part(1, message.data)]
            case (52, _): try Self.numbered(message)
            case (152, _): try Self.workOrder(message)
            default:
                throw OpenProtocolDigits(message).fault(5, "no message 0052 or 0152")
            }
        parts = all.filter { !$0.bytes.isEmpty }
    }

    /// MID 0052 from revision 2 (table 97). Its first part can be up to 15 characters longer than its 25, as
    /// with PowerMACS in revision 1; the length of the message tells.
    private static func numbered(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> [Part] {
        var cursor = OpenProtocolCursor(message)
        var parts: [Part] = []
        for number in 1...4 {
            try cursor.parameter(number)
            let more = number == 1 ? min(15, max(0, message.bytes.count - 128)) : 0
            parts.append(part(number, try cursor.slice(25 + more, "part \(number) of the identifier")))
        }
        if message.revision == 2 { try cursor.end() }
        return parts
    }

    /// MID 0152 (table 167), which prints the fourth parameter's id as 03; 04 is meant, and both are read.
    private static func workOrder(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> [Part] {
        var cursor = OpenProtocolCursor(message)
        var parts: [Part] = []
        for number in 1...4 {
            let isThree = number == 4 && (try? cursor.digits.expect(3, at: cursor.byte)) != nil
            try cursor.parameter(isThree ? 3 : number)
            let kind = try cursor.number(1, "the identifier's number")
            let isIncluded = try cursor.number(2, "whether the work order has the identifier")
            let status = try cursor.number(2, "the identifier's status")
            let bytes = try cursor.slice(25, "part \(number) of the identifier")
            parts.append(
                part(
                    kind ?? number, bytes, isInWorkOrder: isIncluded.map { $0 == 1 },
                    status: Part.Status(status)))
        }
        if message.revision == 1 { try cursor.end() }
        return parts
    }

    private static func part(
        _ number: Int, _ bytes: ArraySlice<UInt8>, isInWorkOrder: Bool? = nil, status: Part.Status = .notGiven
    ) -> Part {
        var bytes = bytes
        while bytes.last == 0x20 { bytes.removeLast() }
        return Part(number: number, bytes: Array(bytes), isInWorkOrder: isInWorkOrder, status: status)
    }
}
