/// What a mark on a part says: its serial number, and everything that was read to learn it.
///
/// Nothing is guessed: a mark that is malformed, ambiguous or of an unknown form is refused. A unique item
/// identifier (UII) is put together from the elements of its mark and never taken apart again.
package struct PartMark: Sendable, Equatable {
    /// How the mark's text is built.
    package enum Format: Sendable, Hashable, CustomStringConvertible {
        /// A serial number and nothing else.
        case plain
        /// An ISO/IEC 15434 message of one envelope; `format` is its two characters: `06`, `12` or `DD`.
        case iso15434(format: String)

        package var description: String {
            switch self {
            case .plain: "plain"
            case .iso15434(let format): "ISO/IEC 15434 format \(format)"
            }
        }
    }

    /// One element of a mark: what it is, by its identifier, and its value.
    package struct Element: Sendable, Hashable {
        /// A data identifier (`17V`) or a text element identifier (`MFR`).
        package let identifier: String
        package let value: String
        /// Where the element begins in the mark's raw bytes.
        package let offset: Int
    }

    /// The mark as it was read, without the AIM identifier that a scanner may put before it.
    package let raw: [UInt8]
    /// The AIM identifier (`]d1`); nil where neither scanner nor mark gives one.
    package let symbology: String?
    package let format: Format
    /// In the mark's order; empty for a plain serial number.
    package let elements: [Element]
    /// What identifies the part among its kind; where the mark gives only a complete UII, that UII.
    package let serial: String
    /// The part number that the part has now.
    package let partNumber: String?
    /// The part number that it was made with, which stays in its UII for ever.
    package let originalPartNumber: String?
    /// The lot that forms the UII in place of a part number, or the traceability lot outside it.
    package let lot: String?
    /// The unique item identifier of MIL-STD-130; nil where the mark's elements form none.
    package let uii: String?
    /// How serial, part number and UII were derived, one sentence each.
    package let derivation: [String]
}

extension PartMark {
    /// Longest mark that is looked at: no symbol holds more than QR's 7,089 digits (ISO/IEC 18004).
    package static let longestMark = 7_092
    /// Longest plain serial number: the quality system's field for it holds 50 characters.
    package static let plainSerialLength = 1...50
    /// The envelope formats that are read, as messages name them.
    static let formatsRead = "a plain serial number, and ISO/IEC 15434 formats 06, 12 and DD"

    /// Reads the mark in `bytes`; `symbology` is the AIM identifier where the scanner sends it apart.
    ///
    /// An AIM identifier before the mark's own bytes is recognised too. Throws `MarkError` with reason and
    /// byte offset for everything that is not wholly one of the forms that are read.
    package static func parse(_ bytes: [UInt8], symbology: String? = nil) throws(MarkError) -> PartMark {
        guard bytes.count <= longestMark else {
            throw MarkError(
                "the mark is longer than any symbol holds (\(longestMark) bytes)", at: longestMark)
        }
        let (given, start) = try identifier(of: bytes, given: symbology)
        let text = bytes[start...]
        guard !text.isEmpty else { throw MarkError("the mark is empty", at: start) }
        do throws(MarkError) {
            guard !ISO15434Message.header.starts(with: text) else {
                throw MarkError("the message ends within its header", at: text.count)
            }
            if text.starts(with: ISO15434Message.header) {
                return try iso15434(Array(text), symbology: given?.text)
            }
            guard given?.isGS1 != true else {
                throw MarkError(
                    "a mark of GS1 element strings (\(given?.text ?? "")); what is read: \(formatsRead)",
                    at: 0)
            }
            return try plain(Array(text), symbology: given?.text)
        } catch { throw MarkError(error.what, at: error.offset + start) }
    }

    /// The AIM identifier, and where the mark begins after it.
    private static func identifier(
        of bytes: [UInt8], given: String?
    ) throws(MarkError) -> (AIMIdentifier?, Int) {
        let marked = AIMIdentifier(bytes.prefix(3))
        guard let given else { return (marked, marked == nil ? 0 : 3) }
        guard let identifier = AIMIdentifier(given.utf8) else {
            throw MarkError("the scanner's symbology is no AIM identifier such as ]d1", at: 0)
        }
        guard let marked else { return (identifier, 0) }
        guard marked == identifier else {
            throw MarkError(
                "the scanner says \(identifier.text) and the mark begins with \(marked.text)", at: 0)
        }
        return (identifier, 3)
    }

    private static func plain(_ text: [UInt8], symbology: String?) throws(MarkError) -> PartMark {
        for (offset, byte) in text.enumerated() where !(0x21...0x7E).contains(byte) {
            throw MarkError(
                "byte \(Hex.text([byte])) in a serial number, which has printable ASCII without blanks",
                at: offset)
        }
        guard plainSerialLength.contains(text.count) else {
            throw MarkError(
                "\(text.count) characters where a serial number has \(plainSerialLength.upperBound) at most",
                at: plainSerialLength.upperBound)
        }
        let serial = String(decoding: text, as: UTF8.self)
        guard !serial.contains("://") else {
            throw MarkError("a web address, not a serial number; what is read: \(formatsRead)", at: 0)
        }
        return PartMark(
            raw: text, symbology: symbology, format: .plain, elements: [], serial: serial, partNumber: nil,
            originalPartNumber: nil, lot: nil, uii: nil, derivation: ["serial is the whole mark"])
    }

    private static func iso15434(_ text: [UInt8], symbology: String?) throws(MarkError) -> PartMark {
        let message = try ISO15434Message(text)
        let identity = try ItemIdentity(message.elements, message.vocabulary)
        return PartMark(
            raw: text, symbology: symbology, format: .iso15434(format: message.format),
            elements: message.elements, serial: identity.serial, partNumber: identity.partNumber,
            originalPartNumber: identity.originalPartNumber, lot: identity.lot, uii: identity.uii,
            derivation: identity.derivation)
    }
}

/// A mark that is refused: why, and at which byte of what was scanned.
package struct MarkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong; never holds bytes of the mark that could be mistaken for anything but text.
    package let what: String
    /// Offset of the offending byte from the beginning of what was scanned.
    package let offset: Int

    init(_ what: String, at offset: Int) { (self.what, self.offset) = (what, offset) }

    package var description: String { "byte \(offset): \(what)" }
}
