/// Walks the items of a report descriptor and keeps the state that they change.
struct HIDDescriptorParser {
    /// One short item: its tag and type (prefix without the size), its data, and where it stands.
    struct Item {
        let tag: UInt8
        let value: UInt32
        let size: Int
        let offset: Int
    }

    /// What an item adds to the description of the device.
    enum Outcome {
        case none
        case collection(HIDReportDescriptor.Collection)
        case field(HIDReportDescriptor.Field)
    }

    /// What lasts until it is changed (HID 1.11, section 6.2.2.7).
    private struct Globals {
        var page: UInt16 = 0
        var reportID: UInt8?
        var bits = 0
        var count = 0
    }

    /// A report is told from others by its id and its direction.
    private struct ReportKey: Hashable {
        let id: UInt8?
        let direction: HIDReportDescriptor.Direction
    }

    private let bytes: [UInt8]
    private var position = 0
    private var globals = Globals()
    private var pushed: [Globals] = []
    private var depth = 0
    private var usages: [HIDUsageRange] = []
    private var rangeStart: HIDUsage?
    private var ends: [ReportKey: Int] = [:]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next short item; long items (prefix FE), which no usage needs, are stepped over. Nil at the end.
    mutating func next() throws(HIDError) -> Item? {
        while position < bytes.count {
            let start = position
            let prefix = bytes[start]
            if prefix == 0xFE {
                guard start + 1 < bytes.count else { throw HIDError("a long item is cut off", at: start) }
                position = start + 3 + Int(bytes[start + 1])
                guard position <= bytes.count else { throw HIDError("a long item is cut off", at: start) }
                continue
            }
            let size = prefix & 3 == 3 ? 4 : Int(prefix & 3)
            position = start + 1 + size
            guard position <= bytes.count else { throw HIDError("an item is cut off", at: start) }
            var value: UInt32 = 0
            for byte in bytes[(start + 1)..<position].reversed() { value = value << 8 | UInt32(byte) }
            return Item(tag: prefix & 0xFC, value: value, size: size, offset: start)
        }
        return nil
    }

    /// What `item` means after the items before it; throws for one that contradicts them.
    mutating func take(_ item: Item) throws(HIDError) -> Outcome {
        switch item.tag {
        case 0x80: return .field(try field(.input, item))
        case 0x90: return .field(try field(.output, item))
        case 0xB0: return .field(try field(.feature, item))
        case 0xA0: return .collection(try open(item))
        case 0xC0: try close(item)
        case 0x08, 0x18, 0x28: try usage(item)
        default: try global(item)
        }
        return .none
    }

    /// Throws where a collection is left open at the end.
    func finish() throws(HIDError) {
        guard depth == 0 else { throw HIDError("a collection is not closed", at: bytes.count) }
    }

    private mutating func open(_ item: Item) throws(HIDError) -> HIDReportDescriptor.Collection {
        guard depth < HIDReportDescriptor.deepestNesting else {
            throw HIDError(
                "collections nest deeper than \(HIDReportDescriptor.deepestNesting)", at: item.offset)
        }
        depth += 1
        let usage = usages.first?.first
        clearLocals()
        return HIDReportDescriptor.Collection(usage: usage, kind: UInt8(truncatingIfNeeded: item.value))
    }

    private mutating func close(_ item: Item) throws(HIDError) {
        guard depth > 0 else { throw HIDError("a collection ends that never began", at: item.offset) }
        depth -= 1
        clearLocals()
    }

    private mutating func clearLocals() {
        usages = []
        rangeStart = nil
    }

    private mutating func global(_ item: Item) throws(HIDError) {
        switch item.tag {
        case 0x04: globals.page = try narrow(item)
        case 0x74: globals.bits = Int(try narrow(item) as UInt16)
        case 0x94: globals.count = Int(try narrow(item) as UInt16)
        case 0x84:
            let id: UInt8 = try narrow(item)
            guard id > 0 else { throw HIDError("report id 0 is reserved", at: item.offset) }
            globals.reportID = id
        case 0xA4:
            guard pushed.count < HIDReportDescriptor.deepestNesting else {
                throw HIDError(
                    "more states pushed than \(HIDReportDescriptor.deepestNesting)", at: item.offset)
            }
            pushed.append(globals)
        case 0xB4:
            guard let state = pushed.popLast() else {
                throw HIDError("a state is popped that was never pushed", at: item.offset)
            }
            globals = state
        default: break
        }
    }

    private func narrow<Narrow: FixedWidthInteger>(_ item: Item) throws(HIDError) -> Narrow {
        guard let value = Narrow(exactly: item.value) else {
            throw HIDError("the value \(item.value) is out of range", at: item.offset)
        }
        return value
    }

    private mutating func usage(_ item: Item) throws(HIDError) {
        // A usage of four bytes carries its own page (HID 1.11, section 6.2.2.8).
        let page = item.size == 4 ? UInt16(item.value >> 16) : globals.page
        let usage = HIDUsage(page: page, id: UInt16(truncatingIfNeeded: item.value))
        switch item.tag {
        case 0x18: rangeStart = usage
        case 0x28:
            guard let first = rangeStart, let range = HIDUsageRange(first: first, last: usage) else {
                throw HIDError("a range of usages ends without a beginning before it", at: item.offset)
            }
            rangeStart = nil
            try append(range, item)
        default:
            if let range = HIDUsageRange(first: usage, last: usage) { try append(range, item) }
        }
    }

    private mutating func append(_ range: HIDUsageRange, _ item: Item) throws(HIDError) {
        guard usages.count < HIDReportDescriptor.mostUsagesPerField else {
            throw HIDError("too many usages for one field", at: item.offset)
        }
        usages.append(range)
    }

    private mutating func field(
        _ direction: HIDReportDescriptor.Direction, _ item: Item
    ) throws(HIDError) -> HIDReportDescriptor.Field {
        let key = ReportKey(id: globals.reportID, direction: direction)
        let start = ends[key] ?? (globals.reportID == nil ? 0 : 8)
        // Both factors are 16 bits, so the product cannot overflow.
        let end = start + globals.bits * globals.count
        guard end <= HIDReportDescriptor.longestReportBits else {
            throw HIDError(
                "a report longer than \(HIDReportDescriptor.longestReportBits / 8) bytes", at: item.offset)
        }
        ends[key] = end
        let field = HIDReportDescriptor.Field(
            direction: direction, reportID: globals.reportID, bitOffset: start, bits: globals.bits,
            count: globals.count, isConstant: item.value & 1 != 0, isVariable: item.value & 2 != 0,
            usages: usages)
        clearLocals()
        return field
    }
}
