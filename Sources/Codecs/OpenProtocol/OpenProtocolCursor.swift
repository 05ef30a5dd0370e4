/// Reads a message of changing length from left to right.
struct OpenProtocolCursor {
    let digits: OpenProtocolDigits
    /// The byte that is read next, counted from 1.
    private(set) var byte: Int

    init(_ message: OpenProtocolMessage, at byte: Int = OpenProtocolHeader.count + 1) {
        (digits, self.byte) = (OpenProtocolDigits(message), byte)
    }

    /// Bytes that are not read yet.
    var remaining: Int { max(0, digits.count - byte + 1) }

    /// Steps over the parameter id `id`; throws unless it stands here.
    mutating func parameter(_ id: Int) throws(OpenProtocolError) {
        try digits.expect(id, at: byte)
        byte += 2
    }

    mutating func number(_ count: Int, _ what: String) throws(OpenProtocolError) -> Int? {
        let number = try digits.number(byte, count, what)
        byte += count
        return number
    }

    mutating func required(_ count: Int, _ what: String) throws(OpenProtocolError) -> Int {
        let number = try digits.required(byte, count, what)
        byte += count
        return number
    }

    /// How many items of at least `size` bytes follow; throws where the message has no room for so many.
    mutating func itemCount(
        _ count: Int, of size: Int, _ what: String
    ) throws(OpenProtocolError) -> Int {
        let start = byte
        let number = try required(count, what)
        guard number * size <= remaining else {
            throw digits.fault(start, "\(number) \(what), where \(remaining) bytes follow")
        }
        return number
    }

    /// As `number`, with a minus sign allowed in the first place.
    mutating func signed(_ count: Int, _ what: String) throws(OpenProtocolError) -> Int? {
        let field = try slice(count, what)
        if let number = OpenProtocolText.signedNumber(field) { return number }
        if OpenProtocolText.isBlank(field) { return nil }
        throw digits.fault(byte - count, "\(what) is no number: \(OpenProtocolText.quoted(field))")
    }

    /// A decimal number such as `-9.9999`; nil where it is blank.
    mutating func decimal(_ count: Int, _ what: String) throws(OpenProtocolError) -> OpenProtocolDecimal? {
        let field = try slice(count, what)
        if OpenProtocolText.isBlank(field) { return nil }
        if let decimal = OpenProtocolDecimal(field) { return decimal }
        throw digits.fault(byte - count, "\(what) is no number: \(OpenProtocolText.quoted(field))")
    }

    mutating func text(_ count: Int, _ what: String) throws(OpenProtocolError) -> String {
        OpenProtocolText.text(try slice(count, what))
    }

    /// A time; nil where it is blank.
    mutating func time(_ what: String) throws(OpenProtocolError) -> OpenProtocolTime? {
        let field = try slice(OpenProtocolTime.count, what)
        if let time = OpenProtocolTime(field) { return time }
        if OpenProtocolText.isBlank(field) { return nil }
        throw digits.fault(
            byte - OpenProtocolTime.count, "\(what) is no time: \(OpenProtocolText.quoted(field))")
    }

    mutating func slice(_ count: Int, _ what: String) throws(OpenProtocolError) -> ArraySlice<UInt8> {
        let slice = try digits.slice(byte, count, what)
        byte += count
        return slice
    }

    /// Throws unless everything has been read.
    func end() throws(OpenProtocolError) {
        guard remaining == 0 else { throw digits.fault(byte, "\(remaining) bytes too many") }
    }
}
