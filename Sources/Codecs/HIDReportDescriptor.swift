/// What a HID device's reports hold and where: its report descriptor, read (HID 1.11, section 6.2.2).
///
/// Everything is bounded, because a descriptor comes from whatever is plugged in.
package struct HIDReportDescriptor: Sendable, Equatable {
    /// Longest descriptor that Linux accepts (HID_MAX_DESCRIPTOR_SIZE).
    package static let longest = 4_096
    /// Deepest nesting of collections, and of pushed states; devices use three or four.
    package static let deepestNesting = 16
    /// Most fields and most collections of one descriptor.
    package static let mostFields = 512
    /// Longest report that Linux accepts (HID_MAX_BUFFER_SIZE), in bits.
    package static let longestReportBits = 16_384 * 8
    /// Most usages that one field may name; a range counts as one.
    package static let mostUsagesPerField = 128

    /// Which way a report travels.
    package enum Direction: Sendable, Hashable { case input, output, feature }

    /// A group of fields: its usage, and its kind by HID 1.11, section 6.2.2.6 (1 is an application).
    package struct Collection: Sendable, Equatable {
        package let usage: HIDUsage?
        package let kind: UInt8
    }

    /// `count` values of `bits` bits each, beside one another in one report.
    package struct Field: Sendable, Equatable {
        package let direction: Direction
        /// Nil where the device numbers no reports.
        package let reportID: UInt8?
        /// Bits from the report's beginning; the byte of the report id, where there is one, counts.
        package let bitOffset: Int
        package let bits: Int
        package let count: Int
        /// Padding, without meaning.
        package let isConstant: Bool
        /// Whether each value has a usage of its own, instead of being one of them.
        package let isVariable: Bool
        package let usages: [HIDUsageRange]

        /// The usage of the value at `index`; the last usage serves all values after it.
        package func usage(at index: Int) -> HIDUsage? {
            var left = index
            for range in usages {
                if left < range.count { return range.usage(at: left) }
                left -= range.count
            }
            return usages.last?.last
        }
    }

    package private(set) var collections: [Collection] = []
    package private(set) var fields: [Field] = []

    /// Reads `bytes` whole; throws `HIDError` for a descriptor that is cut off, contradicts itself, or is
    /// larger than a bound of this type.
    package init(_ bytes: [UInt8]) throws(HIDError) {
        guard !bytes.isEmpty else { throw HIDError("the report descriptor is empty", at: 0) }
        guard bytes.count <= Self.longest else {
            throw HIDError("the report descriptor is longer than \(Self.longest) bytes", at: Self.longest)
        }
        var parser = HIDDescriptorParser(bytes)
        while let item = try parser.next() {
            switch try parser.take(item) {
            case .none: break
            case .collection(let collection): try append(collection, at: item.offset)
            case .field(let field): try append(field, at: item.offset)
            }
        }
        try parser.finish()
    }

    /// Whether an application collection of the device has `usage`.
    package func hasApplication(_ usage: HIDUsage) -> Bool {
        collections.contains { $0.kind == 1 && $0.usage == usage }
    }

    /// Whether an application collection of the device lies on usage page `page`.
    package func hasApplication(onPage page: UInt16) -> Bool {
        collections.contains { $0.kind == 1 && $0.usage?.page == page }
    }

    /// Bytes of the longest input report, its id included; 0 where there is none.
    package var longestInputReport: Int {
        let ends = fields.filter { $0.direction == .input }.map { $0.bitOffset + $0.bits * $0.count }
        return ((ends.max() ?? 0) + 7) / 8
    }

    private mutating func append(_ collection: Collection, at offset: Int) throws(HIDError) {
        guard collections.count < Self.mostFields else { throw HIDError("too many collections", at: offset) }
        collections.append(collection)
    }

    private mutating func append(_ field: Field, at offset: Int) throws(HIDError) {
        guard fields.count < Self.mostFields else { throw HIDError("too many fields", at: offset) }
        fields.append(field)
    }
}

/// Usages of one page from `first` to `last`, both included.
package struct HIDUsageRange: Sendable, Equatable {
    package let first: HIDUsage
    package let last: HIDUsage

    package init?(first: HIDUsage, last: HIDUsage) {
        guard first.page == last.page, first.id <= last.id else { return nil }
        (self.first, self.last) = (first, last)
    }

    package var count: Int { Int(last.id) - Int(first.id) + 1 }

    /// Precondition: `index` is below `count`.
    func usage(at index: Int) -> HIDUsage {
        HIDUsage(page: first.page, id: first.id &+ UInt16(truncatingIfNeeded: index))
    }
}
