internal import Codecs

/// What a device lets be read and written at once, and where it must not be asked.
///
/// ```yaml
/// limits: {registers_per_read: 64, gap: 4}
/// holes: [0x0400-0x0FFF, input 0x2000]
/// ```
package struct AccessLimits: Sendable, Equatable {
    /// Most registers in one read; devices allow less than the protocol's 125 (KRAL 64).
    package var registersPerRead = ModbusLimits.registersPerRead
    /// Most coils or inputs in one read.
    package var bitsPerRead = ModbusLimits.bitsPerRead
    /// Most registers in one write; devices allow less than the protocol's 123 (WAGO 100).
    package var registersPerWrite = ModbusLimits.registersPerWrite
    /// Most coils in one write.
    package var bitsPerWrite = ModbusLimits.bitsPerWrite
    /// Addresses in a row that may be read between two values though nobody asked for them.
    package var gap = 0
    /// Where the device answers with an exception: never touched, in no request.
    package var holes: [AddressHole] = []

    /// The protocol's own limits.
    package init() {}

    /// Most addresses of one read of `table`.
    package func perRead(_ table: RegisterTable) -> Int { table.holdsBits ? bitsPerRead : registersPerRead }

    /// The first hole that `addresses` of `table` touch.
    package func hole(in addresses: Range<Int>, of table: RegisterTable) -> AddressHole? {
        holes.first { ($0.table == nil || $0.table == table) && $0.addresses.overlaps(addresses) }
    }
}

/// Addresses that a device does not give.
package struct AddressHole: Sendable, Equatable, CustomStringConvertible {
    /// Nil where no table has them.
    package let table: RegisterTable?
    /// Zero-based, as they stand on the wire.
    package let addresses: Range<Int>

    package init(table: RegisterTable?, addresses: Range<Int>) {
        (self.table, self.addresses) = (table, addresses)
    }

    /// As a profile writes it under `holes`: `holding 0x000A-0x000B`.
    package var description: String {
        let first = AddressText.hex(addresses.lowerBound)
        let range = addresses.count > 1 ? "\(first)-\(AddressText.hex(addresses.upperBound - 1))" : first
        return [table?.rawValue, range].compactMap(\.self).joined(separator: " ")
    }
}

extension AccessLimits {
    /// What `limits:` and `holes:` say; the protocol's limits where they say nothing.
    static func read(_ top: YAMLMapping) -> AccessLimits {
        var limits = AccessLimits()
        if let map = top.mapping("limits", "limits") {
            func take(_ key: String, _ lowest: Int, _ limit: WritableKeyPath<AccessLimits, Int>, _ most: Int)
            {
                if let value = map.optional(key, .integer(lowest...most)) { limits[keyPath: limit] = value }
            }
            take("registers_per_read", 1, \.registersPerRead, ModbusLimits.registersPerRead)
            take("bits_per_read", 1, \.bitsPerRead, ModbusLimits.bitsPerRead)
            take("registers_per_write", 1, \.registersPerWrite, ModbusLimits.registersPerWrite)
            take("bits_per_write", 1, \.bitsPerWrite, ModbusLimits.bitsPerWrite)
            // A gap and a value on each side of it are one read.
            take("gap", 0, \.gap, ModbusLimits.registersPerRead - 2)
            map.finish()
        }
        limits.holes = top.optional("holes", .list(of: .hole, 1...1_000)) ?? []
        warnOfReferences(top)
        return limits
    }

    /// `input 30007-30010`, as manuals count from one, is taken as it stands, but seldom meant so.
    private static func warnOfReferences(_ top: YAMLMapping) {
        guard case .sequence(let holes) = top.node("holes")?.content else { return }
        for hole in holes {
            let words = (hole.text ?? "").split(separator: " ")
            guard let end = words.last?.split(separator: "-").first, let number = Int(end),
                let named = AddressText.register(reference: number), named.table != .coil,
                words.count == 1 || words.first.map(String.init) == named.table.rawValue
            else { continue }
            top.faults.warn(
                hole.place,
                "hole \(number) looks like the one-based reference of "
                    + "\(named.table.rawValue) \(named.address)",
                "holes count from 0: write `\(named.table.rawValue) \(AddressText.hex(named.address))` "
                    + "and so on, or the address in hexadecimal if it is meant")
        }
    }
}

extension YAMLForm where Value == AddressHole {
    /// `0x0400-0x0FFF`, `0x0400`, or with a table in front: `input 0x2000-0x20FF`.
    fileprivate static var hole: YAMLForm {
        YAMLForm("addresses such as 0x0400-0x0FFF or `input 0x0400`, the lower first") { text, _ in
            var words = text.split(separator: " ", omittingEmptySubsequences: false)
            let table = words.count == 2 ? RegisterTable(rawValue: String(words.removeFirst())) : nil
            guard words.count == 1, table != nil || !text.contains(" ") else { return nil }
            let ends = words[0].split(separator: "-", omittingEmptySubsequences: false).map {
                YAMLForm<Int>.wholeNumber(String($0))
            }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                0 <= first, first <= last, last <= 65_535
            else { return nil }
            return AddressHole(table: table, addresses: first..<last + 1)
        }
    }
}
