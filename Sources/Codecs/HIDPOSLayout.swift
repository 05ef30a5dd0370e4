/// Where a HID POS scanner keeps a scan in its input report, as its own report descriptor says.
///
/// Makers order and size the fields differently, so nothing is assumed beyond the usages' meaning.
package struct HIDPOSLayout: Sendable, Equatable {
    /// Nil where the scanner numbers no reports.
    package let reportID: UInt8?
    /// The bytes of the report that hold the mark.
    package let data: Range<Int>
    /// Offset of the byte that counts the data bytes; nil where NULs fill what the mark leaves.
    package let lengthOffset: Int?
    /// Offsets of the three characters of the AIM identifier; nil where the scanner sends none.
    package let symbologyOffsets: [Int]?
    /// Offset of the byte, and the bit in it, that says that more follows; nil where a report is a scan.
    package let continuation: (offset: Int, mask: UInt8)?

    /// Length of the shortest report that holds all these fields.
    package let shortestReport: Int

    package static func == (left: HIDPOSLayout, right: HIDPOSLayout) -> Bool {
        left.reportID == right.reportID && left.data == right.data && left.lengthOffset == right.lengthOffset
            && left.symbologyOffsets == right.symbologyOffsets && left.shortestReport == right.shortestReport
            && left.continuation?.offset == right.continuation?.offset
            && left.continuation?.mask == right.continuation?.mask
    }

    /// The layout that `descriptor` gives; throws `HIDError` for one of no HID POS scanner, which says so of
    /// a keyboard, and for fields that do not lie on whole bytes.
    package init(_ descriptor: HIDReportDescriptor) throws(HIDError) {
        let inputs = descriptor.fields.filter { $0.direction == .input && !$0.isConstant }
        guard descriptor.hasApplication(onPage: HIDUsage.scannerPage),
            let data = inputs.first(where: { $0.usage(at: 0) == .decodedData })
        else { throw HIDError(Self.reasonAgainst(descriptor), at: 0) }
        guard data.bits == 8, data.count > 0, data.bitOffset % 8 == 0 else {
            throw HIDError("the decoded data of the report do not lie on whole bytes", at: data.bitOffset / 8)
        }
        let places = HIDPOSPlaces(inputs.filter { $0.reportID == data.reportID })
        reportID = data.reportID
        self.data = data.bitOffset / 8..<data.bitOffset / 8 + data.count
        lengthOffset = try places.byte(.byteCount)
        var characters: [Int] = []
        for usage in HIDUsage.symbologyCharacters {
            if let offset = try places.byte(usage) { characters.append(offset) }
        }
        symbologyOffsets = characters.count == 3 ? characters : nil
        continuation = places.bit(.decodedDataContinued).map { ($0 / 8, UInt8(1) << UInt8($0 % 8)) }
        let last =
            characters + [lengthOffset, continuation?.offset, self.data.upperBound - 1].compactMap { $0 }
        shortestReport = (last.max() ?? 0) + 1
    }

    /// Whether `report` is one that carries scans; a scanner may send others, of its status.
    package func carriesScan(_ report: [UInt8]) -> Bool {
        guard let reportID, let first = report.first else { return true }
        return first == reportID
    }

    private static func reasonAgainst(_ descriptor: HIDReportDescriptor) -> String {
        if descriptor.hasApplication(.keyboard) {
            return "the device is in keyboard mode: switch the scanner to HID POS"
        }
        if descriptor.hasApplication(onPage: HIDUsage.scannerPage) {
            return "the scanner's descriptor names no decoded data (usage 8C:FE)"
        }
        return "the device is no HID POS scanner: its descriptor has no collection on usage page 8C"
    }
}

/// Finds single values among the fields of one report.
private struct HIDPOSPlaces {
    private var bits: [HIDUsage: (offset: Int, size: Int)] = [:]

    init(_ fields: [HIDReportDescriptor.Field]) {
        for field in fields where field.isVariable && field.bits > 0 {
            // Values beyond the named usages repeat the last one; the first of each is the one that counts.
            let named = field.usages.reduce(0) { min($0 + $1.count, HIDReportDescriptor.mostUsagesPerField) }
            for index in 0..<min(field.count, named) {
                guard let usage = field.usage(at: index), bits[usage] == nil else { continue }
                bits[usage] = (field.bitOffset + index * field.bits, field.bits)
            }
        }
    }

    func byte(_ usage: HIDUsage) throws(HIDError) -> Int? {
        guard let place = bits[usage] else { return nil }
        guard place.size == 8, place.offset % 8 == 0 else {
            throw HIDError(
                "a field of the scanner's report does not lie on a whole byte", at: place.offset / 8)
        }
        return place.offset / 8
    }

    func bit(_ usage: HIDUsage) -> Int? { bits[usage]?.offset }
}
