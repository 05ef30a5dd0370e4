package import Codecs

/// Which part a cycle is about, with the mark that says so.
package struct PartIdentity: Sendable, Equatable {
    package let serial: String
    package let number: String
    /// Unique item identifier; nil where the mark carries none.
    package let uii: String?
    package let lot: String?
    /// The mark's bytes exactly as the scanner sent them.
    package let rawMark: [UInt8]
    /// AIM symbology identifier such as `]d1`; nil where the scanner sent none.
    package let symbology: String?

    package init(
        serial: String, number: String, uii: String?, lot: String?, rawMark: [UInt8], symbology: String?
    ) {
        (self.serial, self.number, self.uii, self.lot) = (serial, number, uii, lot)
        (self.rawMark, self.symbology) = (rawMark, symbology)
    }

    /// The `part` member of a record.
    package var json: JSONValue {
        [
            "serial": .string(serial), "number": .string(number), "uii": .optional(uii),
            "lot": .optional(lot),
            "mark": ["raw": .string(Hex.text(rawMark)), "symbology": .optional(symbology)],
        ]
    }

    /// The part that `json` describes; nil where it is not of the form that `json` has.
    package init?(json: JSONValue) {
        guard let serial = json["serial"]?.text, let number = json["number"]?.text,
            let raw = json["mark"]?["raw"]?.text.flatMap({ Hex.bytes($0) })
        else { return nil }
        self.init(
            serial: serial, number: number, uii: json["uii"]?.text, lot: json["lot"]?.text, rawMark: raw,
            symbology: json["mark"]?["symbology"]?.text)
    }
}
