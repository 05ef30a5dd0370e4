/// The fields of one message, each judged before any is given: parameter ids at their places, digits where
/// numbers are, times in their form.
///
/// A message of a revision that is not known is read by the highest known one below it, as far as its
/// parameter ids agree; what comes after is `rest`, kept as it came. A parameter id proves a place, not a
/// value: a digit that was changed on the way within a value is another value, which TCP's check sum alone
/// guards against.
package struct OpenProtocolFields: Sendable, Equatable {
    package let message: OpenProtocolMessage
    /// Offset of the first byte that is not covered by the fields.
    package let restOffset: Int
    private let layout: OpenProtocolLayout
    private let known: Int

    /// Throws `OpenProtocolError` of kind `malformed`, with the byte at fault, where the message is not what
    /// its revision says.
    init(
        _ message: OpenProtocolMessage, _ layout: OpenProtocolLayout, isRevisionKnown: Bool
    ) throws(OpenProtocolError) {
        (self.message, self.layout) = (message, layout)
        guard layout.hasIDs || message.bytes.count == layout.length else {
            throw OpenProtocolError(
                .malformed, mid: message.mid, revision: message.revision, byte: message.bytes.count + 1,
                "a length of \(message.bytes.count), where this revision has \(layout.length)")
        }
        var known = 0
        for entry in layout.entries {
            if let fault = Self.fault(entry, in: message) {
                guard !isRevisionKnown else { throw fault }
                break
            }
            known += 1
        }
        self.known = known
        restOffset = known == 0 ? OpenProtocolHeader.count : layout.entries[known - 1].end
    }

    package static func == (one: OpenProtocolFields, other: OpenProtocolFields) -> Bool {
        one.message == other.message
    }

    /// What stands behind the known fields, as it came; empty as a rule.
    package var rest: ArraySlice<UInt8> { message.bytes[min(restOffset, message.bytes.count)...] }

    /// Every field that this message has, in its order, with its characters as they came.
    package var all: [(field: OpenProtocolField, text: String)] {
        layout.entries.prefix(known).map { ($0.field, OpenProtocolText.text(message.bytes[value($0)])) }
    }

    /// Whether this message has the field, be it blank.
    package func has(_ field: OpenProtocolField) -> Bool { entry(field) != nil }

    /// The bytes of a field as they came, padding included; nil where the revision does not have it.
    package func bytes(_ field: OpenProtocolField) -> ArraySlice<UInt8>? {
        entry(field).map { message.bytes[value($0)] }
    }

    /// The number in a field; nil where the revision does not have it, or where it is blank.
    package func number(_ field: OpenProtocolField) -> Int? {
        guard let entry = entry(field) else { return nil }
        let bytes = message.bytes[value(entry)]
        return switch entry.kind {
        case .number: OpenProtocolText.number(bytes)
        case .signed: OpenProtocolText.signedNumber(bytes)
        case .paddedNumber: OpenProtocolText.number(Self.trimmed(bytes))
        case .text, .time: nil
        }
    }

    /// The characters of a field without blanks at their end; nil where the revision does not have it.
    package func text(_ field: OpenProtocolField) -> String? {
        bytes(field).map { OpenProtocolText.text($0) }
    }

    /// The time in a field; nil where the revision does not have it, or where it is blank.
    package func time(_ field: OpenProtocolField) -> OpenProtocolTime? {
        bytes(field).flatMap { OpenProtocolTime($0) }
    }

    private func entry(_ field: OpenProtocolField) -> OpenProtocolLayout.Entry? {
        let slot = layout.slots[field.rawValue]
        return slot >= 0 && slot < known ? layout.entries[slot] : nil
    }

    private func value(_ entry: OpenProtocolLayout.Entry) -> Range<Int> { entry.offset..<entry.end }

    /// Why the bytes at a field's place are not that field; nil where they are.
    private static func fault(
        _ entry: OpenProtocolLayout.Entry, in message: OpenProtocolMessage
    ) -> OpenProtocolError? {
        func fault(_ byte: Int, _ what: String) -> OpenProtocolError {
            OpenProtocolError(
                .malformed, mid: message.mid, revision: message.revision, byte: byte + 1, what)
        }
        let bytes = message.bytes
        guard bytes.count >= entry.end else {
            return fault(bytes.count, "the message ends before its field \(entry.field.name)")
        }
        if let id = entry.id {
            let (tens, ones) = (bytes[entry.offset - 2], bytes[entry.offset - 1])
            guard tens == 0x30 + id / 10, ones == 0x30 + id % 10 else {
                let found = OpenProtocolText.quoted([tens, ones])
                let expected = OpenProtocolText.padded(Int(id), 2)
                return fault(entry.start, "expected parameter \(expected), found \(found)")
            }
        }
        let value = bytes[entry.offset..<entry.end]
        guard !isFit(value, entry.kind), !OpenProtocolText.isBlank(value) else { return nil }
        let kind = entry.kind == .time ? "no time" : "no number"
        return fault(entry.offset, "\(entry.field.name) is \(kind): \(OpenProtocolText.quoted(value))")
    }

    private static func isFit(_ value: ArraySlice<UInt8>, _ kind: OpenProtocolLayout.Kind) -> Bool {
        switch kind {
        case .number: OpenProtocolText.number(value) != nil
        case .signed: OpenProtocolText.signedNumber(value) != nil
        case .paddedNumber: OpenProtocolText.number(trimmed(value)) != nil
        case .time: OpenProtocolTime(value) != nil
        case .text: true
        }
    }

    /// Without blanks on either side.
    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while bytes.first == 0x20 { bytes.removeFirst() }
        while bytes.last == 0x20 { bytes.removeLast() }
        return bytes
    }
}
