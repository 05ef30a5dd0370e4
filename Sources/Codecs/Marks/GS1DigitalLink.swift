/// A GS1 Digital Link: a web address whose path names a kind of item, and often the item itself, by
/// application identifiers (GS1 Digital Link Standard: URI Syntax): `https://host/01/09506000134352/21/SER`.
enum GS1DigitalLink {
    /// Primary keys that a path may begin with here, and the qualifiers that may follow each, in this order.
    private static let qualifiers: [String: [String]] = [
        "00": [], "01": ["22", "10", "21", "235"], "253": [], "401": [], "402": [],
        "414": ["254"], "417": [], "8003": [], "8004": [], "8006": ["22", "10", "21"], "8010": ["8011"],
        "8013": [], "8017": ["8019"], "8018": ["8019"],
    ]

    /// The elements that `address` in `text` names; nil where its path is not of this form.
    static func elements(_ text: [UInt8], _ address: MarkAddress) throws(MarkError) -> [PartMark.Element]? {
        guard let first = keyIndex(text, address.path) else { return nil }
        let allowed = qualifiers[name(text, address.path[first])] ?? []
        var elements: [PartMark.Element] = []
        var rank = -1
        for index in stride(from: first, to: address.path.count, by: 2) {
            let identifier = address.path[index]
            if index > first {
                // What a third party controls (235) stands alone.
                let isAlone = name(text, identifier) != "235" || rank < 0
                guard isAlone, let next = allowed.firstIndex(of: name(text, identifier)), next > rank else {
                    throw MarkError(
                        "\(name(text, identifier)) is out of place in a GS1 Digital Link",
                        at: identifier.lowerBound)
                }
                rank = next
            }
            elements.append(try element(text, identifier, address.path[index + 1]))
        }
        return elements + (try attributes(text, address))
    }

    /// Where the primary key stands: working back from the end, pair by pair of identifier and value.
    private static func keyIndex(_ text: [UInt8], _ path: [Range<Int>]) -> Int? {
        var index = path.count - 2
        while index >= 0 {
            guard GS1ElementString.isIdentifier(text[path[index]]) else { return nil }
            if qualifiers[name(text, path[index])] != nil { return index }
            index -= 2
        }
        return nil
    }

    /// What the query says beside; names that are no application identifier are the web's own.
    private static func attributes(
        _ text: [UInt8], _ address: MarkAddress
    ) throws(MarkError) -> [PartMark.Element] {
        var elements: [PartMark.Element] = []
        for pair in address.query where GS1ElementString.isIdentifier(text[pair.name]) {
            let identifier = name(text, pair.name)
            guard identifier != "21" && identifier != "235" else {
                throw MarkError(
                    "\(identifier) belongs into the path of a GS1 Digital Link", at: pair.name.lowerBound)
            }
            let end = pair.name.upperBound
            elements.append(try element(text, pair.name, pair.value ?? end..<end))
        }
        return elements
    }

    private static func element(
        _ text: [UInt8], _ identifier: Range<Int>, _ value: Range<Int>
    ) throws(MarkError) -> PartMark.Element {
        guard !value.isEmpty else {
            throw MarkError("the element \(name(text, identifier)) has no value", at: value.lowerBound)
        }
        guard text[value].contains(UInt8(ascii: "%")) else {
            return try GS1ElementString.element(text[identifier], value: text[value])
        }
        let decoded = try decode(text[value])
        do throws(MarkError) {
            return try GS1ElementString.element(text[identifier], value: decoded[...])
        } catch {
            // Offsets within decoded bytes are none of the mark's.
            throw MarkError(error.what, at: value.lowerBound)
        }
    }

    /// `value` with its escapes resolved (RFC 3986, section 2.1).
    private static func decode(_ value: ArraySlice<UInt8>) throws(MarkError) -> [UInt8] {
        var bytes: [UInt8] = []
        var index = value.startIndex
        while index < value.endIndex {
            if value[index] != UInt8(ascii: "%") {
                bytes.append(value[index])
                index += 1
                continue
            }
            let digits = String(decoding: value[(index + 1)...].prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let byte = Hex.bytes(digits), byte.count == 1 else {
                throw MarkError("% without two hexadecimal digits", at: index)
            }
            bytes += byte
            index += 3
        }
        return bytes
    }

    private static func name(_ text: [UInt8], _ range: Range<Int>) -> String {
        String(decoding: text[range], as: UTF8.self)
    }
}
