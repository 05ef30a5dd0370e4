/// Where the fields of one revision of a MID stand: for MIDs whose data have fixed places.
struct OpenProtocolLayout: Sendable {
    /// How the bytes of a field are read.
    enum Kind: Sendable {
        /// Digits; all blank means not given.
        case number
        /// Digits, of which the first may be a minus sign; all blank means not given.
        case signed
        /// Digits with blanks before or after them, as in the specification's own examples of tightening ids
        /// (R2.16, examples of MIDs 0061 and 0065).
        case paddedNumber
        /// Characters.
        case text
        /// A time; all blank means not given.
        case time
    }

    /// One field.
    struct Entry: Sendable {
        let field: OpenProtocolField
        /// The parameter id before the value; nil where the revision has none.
        let id: UInt8?
        /// Offset of the value in the message, from 0.
        let offset: Int
        let count: Int
        let kind: Kind

        /// Where the field begins, its parameter id included.
        var start: Int { id == nil ? offset : offset - 2 }
        var end: Int { offset + count }
    }

    /// A field as a table writes it: meaning, bytes of its value, kind.
    typealias Row = (field: OpenProtocolField, count: Int, kind: Kind)

    let entries: [Entry]
    /// Index in `entries` by a field's raw value; -1 where this revision does not have it.
    let slots: [Int]
    /// Bytes of the message, header included.
    let length: Int

    /// The fields of `rows` one after the other, behind those of `base`; parameter ids go on counting from
    /// the last of `base`, or from 1, unless `hasIDs` is false.
    init(after base: OpenProtocolLayout? = nil, hasIDs: Bool = true, _ rows: [Row]) {
        var entries = base?.entries ?? []
        var offset = base?.length ?? OpenProtocolHeader.count
        for row in rows {
            let id = hasIDs ? UInt8(entries.count + 1) : nil
            if hasIDs { offset += 2 }
            entries.append(
                Entry(field: row.field, id: id, offset: offset, count: row.count, kind: row.kind))
            offset += row.count
        }
        var slots = [Int](repeating: -1, count: OpenProtocolField.allCases.count)
        for (index, entry) in entries.enumerated() { slots[entry.field.rawValue] = index }
        (self.entries, self.slots, length) = (entries, slots, offset)
    }

    /// Whether this layout's places are proved by parameter ids.
    var hasIDs: Bool { entries.first?.id != nil }
}
