/// Numbers and texts at their bytes of one message, counted from 1 as the specification does.
struct OpenProtocolDigits {
    let message: OpenProtocolMessage

    init(_ message: OpenProtocolMessage) { self.message = message }

    var count: Int { message.bytes.count }

    /// The `count` bytes from `byte`; throws where the message ends before.
    func slice(_ byte: Int, _ count: Int, _ what: String) throws(OpenProtocolError) -> ArraySlice<UInt8> {
        guard byte >= 1, count >= 0, byte - 1 + count <= message.bytes.count else {
            throw fault(message.bytes.count + 1, "the message ends before \(what)")
        }
        return message.bytes[(byte - 1)..<(byte - 1 + count)]
    }

    /// The number there; nil where it is blank; throws where it is anything else.
    func number(_ byte: Int, _ count: Int, _ what: String) throws(OpenProtocolError) -> Int? {
        let field = try slice(byte, count, what)
        if let number = OpenProtocolText.number(field) { return number }
        if OpenProtocolText.isBlank(field) { return nil }
        throw fault(byte, "\(what) is no number: \(OpenProtocolText.quoted(field))")
    }

    /// As `number`, but it has to be given.
    func required(_ byte: Int, _ count: Int, _ what: String) throws(OpenProtocolError) -> Int {
        if let number = try number(byte, count, what) { return number }
        throw fault(byte, "\(what) is blank")
    }

    /// The characters there, without blanks at their end.
    func text(_ byte: Int, _ count: Int, _ what: String) throws(OpenProtocolError) -> String {
        OpenProtocolText.text(try slice(byte, count, what))
    }

    /// Throws unless the parameter id `id` stands at `byte`.
    func expect(_ id: Int, at byte: Int) throws(OpenProtocolError) {
        let expected = OpenProtocolText.padded(id, 2)
        let found = try slice(byte, 2, "parameter \(expected)")
        guard found.elementsEqual(expected.utf8) else {
            throw fault(byte, "expected parameter \(expected), found \(OpenProtocolText.quoted(found))")
        }
    }

    /// Throws unless the message ends after `count` bytes.
    func expectEnd(_ count: Int) throws(OpenProtocolError) {
        guard self.count == count else {
            throw fault(min(self.count, count) + 1, "a length of \(self.count), where this has \(count)")
        }
    }

    func fault(_ byte: Int, _ what: String) -> OpenProtocolError {
        OpenProtocolError(.malformed, mid: message.mid, revision: message.revision, byte: byte, what)
    }
}
