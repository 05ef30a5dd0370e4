/// A label of the quality system: the address of a part's page there, `https://host/parts/UUID`.
///
/// It names the part by the system's own number of it, from which no serial can be told.
enum PartPage {
    /// Digits between the hyphens of a UUID (RFC 9562, section 4).
    private static let groups = [8, 4, 4, 4, 12]

    /// The part's UUID in lower case, out of `address` in `text`; nil where that is no part's page.
    static func part(_ text: [UInt8], _ address: MarkAddress) -> String? {
        guard address.path.count == 2, address.query.isEmpty,
            text[address.path[0]].elementsEqual("parts".utf8)
        else { return nil }
        let uuid = text[address.path[1]]
        let pieces = uuid.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isUUID = pieces.map(\.count) == groups && pieces.allSatisfy { $0.allSatisfy(\.isHexDigit) }
        return isUUID ? String(decoding: uuid, as: UTF8.self).lowercased() : nil
    }
}

extension UInt8 {
    /// 0-9, a-f and A-F.
    fileprivate var isHexDigit: Bool { isASCIIDigit || (self | 0x20) &- UInt8(ascii: "a") < 6 }
}
