/// What a mark on a part says: its serial number, and everything that was read to learn it.
///
/// Nothing is guessed: a mark that is malformed, ambiguous or of an unknown form is refused. A unique item
/// identifier (UII) is put together from the elements of its mark and never taken apart again.
package struct PartMark: Sendable, Equatable {
    /// How the mark's text is built.
    package enum Format: Sendable, Hashable, CustomStringConvertible {
        /// One word: a serial number, a work order, a trim code. A plan's patterns say which.
        case plain
        /// An ISO/IEC 15434 message of one envelope; `format` is its two characters: `05`, `06`, `12`, `DD`.
        case iso15434(format: String)
        /// GS1 element strings, as a symbol with FNC1 in the first place holds them.
        case gs1
        /// A GS1 Digital Link, a web address of GS1 element strings.
        case digitalLink
        /// The address of the part's page in the quality system.
        case partPage

        package var description: String {
            switch self {
            case .plain: "plain"
            case .iso15434(let format): "ISO/IEC 15434 format \(format)"
            case .gs1: "GS1 element strings"
            case .digitalLink: "GS1 Digital Link"
            case .partPage: "page of the quality system"
            }
        }
    }

    /// One element of a mark: what it is, by its identifier, and its value.
    package struct Element: Sendable, Hashable {
        /// A data identifier (`17V`), a text element identifier (`MFR`) or an application identifier (`01`);
        /// empty where GS1 has not assigned one that begins so, and the value is the whole element.
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
    /// In the mark's order; empty for a plain code and a part's page.
    package let elements: [Element]
    /// What identifies the part among its kind; where the mark gives only a complete UII, that UII. Nil only
    /// for a part's page.
    package let serial: String?
    /// The part number that the part has now.
    package let partNumber: String?
    /// The part number that it was made with, which stays in its UII for ever.
    package let originalPartNumber: String?
    /// The lot that forms the UII in place of a part number, or the traceability lot outside it.
    package let lot: String?
    /// The unique item identifier of MIL-STD-130; nil where the mark's elements form none.
    package let uii: String?
    /// The quality system's own number of the part, a UUID; only a part's page has it.
    package let partID: String?
    let origins: Origins

    /// A mark without elements.
    init(_ raw: [UInt8], symbology: String?, format: Format, serial: String?, partID: String?) {
        (self.raw, self.symbology, self.format) = (raw, symbology, format)
        (self.serial, self.partID) = (serial, partID)
        (elements, partNumber, originalPartNumber, lot, uii) = ([], nil, nil, nil, nil)
        origins = Origins(serial: serial == nil ? nil : .wholeMark)
    }

    /// A mark whose elements identify an item.
    init(
        _ raw: [UInt8], symbology: String?, format: Format, elements: [Element], identity: ItemIdentity
    ) {
        (self.raw, self.symbology, self.format, self.elements) = (raw, symbology, format, elements)
        (serial, partNumber, lot, uii) =
            (identity.serial, identity.partNumber, identity.lot, identity.uii)
        (originalPartNumber, partID, origins) = (identity.originalPartNumber, nil, identity.origins)
    }
}

extension PartMark {
    /// Longest mark that is looked at: no symbol holds more than QR's 7,089 digits (ISO/IEC 18004), before
    /// which an AIM identifier may stand.
    package static let longestMark = 7_092
    /// Longest plain code: the quality system's fields for serial numbers and work orders hold 50 characters.
    package static let plainLength = 1...50
    /// Most elements of one mark; an identification mark has three to six.
    static let mostElements = 64
    /// What is read, as messages name it.
    static let formatsRead =
        "a plain serial number, ISO/IEC 15434 formats 05, 06, 12 and DD, GS1 element strings, GS1 Digital "
        + "Links, and part pages of the quality system"
}
