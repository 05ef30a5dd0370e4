/// The 20 bytes before the data of every message (Open Protocol specification R2.16, section 2.2.2, table 1).
package struct OpenProtocolHeader: Sendable, Equatable {
    /// Bytes of a header.
    package static let count = 20
    /// What the four digits of the length can say.
    package static let longestMessage = 9_999

    /// Bytes of header and data without the NUL that ends the message; more than 9,999 only where it was put
    /// together of parts.
    package var length: Int
    /// Which message this is: 0 to 9999.
    package var mid: Int
    /// Form of the data, from 1; blank and 000 mean 1.
    package var revision: Int
    /// In a subscription: the controller does not wait for acknowledgements.
    package var isUnacknowledged: Bool
    /// Station and spindle that are meant; nil where blank, which means the first.
    package var station: Int?
    package var spindle: Int?
    /// 1 to 99 with acknowledgement at link level; nil where blank or 0, which means without.
    package var sequence: Int?
    /// How many messages make up the whole, 1 to 9, and which of them this is; nil where blank or 0.
    package var parts: Int?
    package var part: Int?

    package init(
        length: Int = OpenProtocolHeader.count, mid: Int, revision: Int = 1, isUnacknowledged: Bool = false,
        station: Int? = nil, spindle: Int? = nil, sequence: Int? = nil, parts: Int? = nil, part: Int? = nil
    ) {
        (self.length, self.mid, self.revision) = (length, mid, revision)
        self.isUnacknowledged = isUnacknowledged
        (self.station, self.spindle, self.sequence) = (station, spindle, sequence)
        (self.parts, self.part) = (parts, part)
    }

    /// The header that `bytes` begin with.
    ///
    /// Throws `OpenProtocolError` of kind `framing`, with the byte counted from 1, where fewer than 20 bytes
    /// are there, for anything but digits and blanks, and for a length below 20.
    package init(_ bytes: ArraySlice<UInt8>) throws(OpenProtocolError) {
        guard bytes.count >= Self.count else {
            throw OpenProtocolError(.framing, byte: bytes.count + 1, "a header of 20 bytes ends here")
        }
        let first = bytes.startIndex
        /// The number in `count` bytes from `byte`; nil where they are blank.
        func number(_ byte: Int, _ count: Int, _ what: String) throws(OpenProtocolError) -> Int? {
            let field = bytes[(first + byte - 1)..<(first + byte - 1 + count)]
            if let number = OpenProtocolText.number(field) { return number }
            if OpenProtocolText.isBlank(field) { return nil }
            let found = OpenProtocolText.quoted(field)
            throw OpenProtocolError(.framing, byte: byte, "\(what) is no number: \(found)")
        }
        guard let length = try number(1, 4, "the length"), length >= Self.count else {
            let found = OpenProtocolText.quoted(bytes.prefix(4))
            throw OpenProtocolError(.framing, byte: 1, "a length of \(found), where a message has 20 to 9999")
        }
        guard let mid = try number(5, 4, "the MID") else {
            throw OpenProtocolError(.framing, byte: 5, "the MID is blank")
        }
        (self.length, self.mid) = (length, mid)
        revision = max(1, try number(9, 3, "the revision") ?? 1)
        isUnacknowledged = try number(12, 1, "the no-ack flag") == 1
        station = try number(13, 2, "the station")
        spindle = try number(15, 2, "the spindle")
        sequence = try number(17, 2, "the sequence number").flatMap { $0 == 0 ? nil : $0 }
        parts = try number(19, 1, "the number of parts").flatMap { $0 == 0 ? nil : $0 }
        part = try number(20, 1, "the part number").flatMap { $0 == 0 ? nil : $0 }
    }

    /// Appends the 20 bytes; revision 1 and whatever is nil as blanks.
    ///
    /// Throws `OpenProtocolError` of kind `limit` for a value that its field has no room for.
    package func append(to out: inout [UInt8]) throws(OpenProtocolError) {
        func digits(_ value: Int?, _ width: Int, _ range: ClosedRange<Int>) throws(OpenProtocolError) {
            guard let value else { return out.append(contentsOf: [UInt8](repeating: 0x20, count: width)) }
            guard range.contains(value) else {
                throw OpenProtocolError(
                    .limit, mid: mid, revision: revision, byte: out.count + 1,
                    "\(value) in the header, where \(range.lowerBound) to \(range.upperBound) has room")
            }
            out.append(contentsOf: OpenProtocolText.padded(value, width).utf8)
        }
        try digits(length, 4, Self.count...Self.longestMessage)
        try digits(mid, 4, 0...9_999)
        try digits(revision == 1 ? nil : revision, 3, 1...999)
        try digits(isUnacknowledged ? 1 : nil, 1, 0...1)
        try digits(station, 2, 0...99)
        try digits(spindle, 2, 0...99)
        try digits(sequence, 2, 1...99)
        try digits(parts, 1, 1...9)
        try digits(part, 1, 1...9)
    }
}
