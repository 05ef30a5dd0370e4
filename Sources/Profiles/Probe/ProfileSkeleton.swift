package import Codecs
internal import Metrology

/// A profile to begin with, written from what a probe found: ranges as requests, a guess for each register
/// that held something, and a place for every unit.
///
/// `profile check` points at each unit until a person has written it; everything else of it passes.
package struct ProfileSkeleton: Sendable {
    /// What one table answered.
    package struct Table: Sendable {
        package let table: RegisterTable
        /// The most that the device gives in one reply.
        package let largestRead: Int
        /// Whether it refused more, so that the profile must say so.
        package let isCapped: Bool
        /// Replies that cover the readable addresses, none longer than `largestRead`.
        package let blocks: [ModbusValueBlock]

        package init(table: RegisterTable, largestRead: Int, isCapped: Bool, blocks: [ModbusValueBlock]) {
            (self.table, self.largestRead) = (table, largestRead)
            (self.isCapped, self.blocks) = (isCapped, blocks)
        }
    }

    /// Points that are written at most; nobody confirms more by hand, and the rest is named in a comment.
    private static let mostPoints = 250
    /// Bits of one reply that are all listed; of more only those that are 1.
    private static let mostBits = 32

    private let name: String
    private let origin: String
    /// Lines of the head's comment, such as what the device says it is.
    private let identity: [String]
    private let tables: [Table]

    /// - Parameters:
    ///   - name: of the profile and its file.
    ///   - origin: for `source:`, such as the link that was probed.
    package init(name: String, origin: String, identity: [String], tables: [Table]) {
        (self.name, self.origin, self.identity) = (name, origin, identity)
        self.tables = tables.filter { !$0.blocks.isEmpty }
    }

    /// The file, line by line; without any readable address it has no points and `profile check` says so.
    package var lines: [String] {
        let order = Guess.order(in: tables.filter { !$0.table.holdsBits }.flatMap(\.blocks))
        var requests: [String] = []
        var points: [String] = []
        for table in tables {
            for block in table.blocks where points.count < Self.mostPoints {
                let found = self.points(of: block, in: table.table, order)
                points += found.isEmpty ? [] : found
                requests.append(
                    "  - {id: \(table.table.rawValue)_\(Self.digits(block.first)), table: "
                        + "\(table.table.rawValue), address: \(AddressText.hex(block.first)), "
                        + "count: \(block.count)}")
            }
        }
        return head + limits + ["requests:"] + requests + Self.advice + ["points:"] + points
    }

    private var head: [String] {
        identity.map { "# \(ProfileText.quoted($0).dropFirst().dropLast())" } + [
            "profile: \(ProfileText.scalar(name))",
            "revision: 1",
            "manufacturer: \(ProfileText.quoted("?"))   # fill in",
            "model: \(ProfileText.quoted("?"))          # fill in",
            "protocol: modbus",
            "source: \(ProfileText.quoted("probed at \(origin); name the manual and its page here"))",
        ]
    }

    private var limits: [String] {
        let capped = tables.filter { !$0.table.holdsBits && $0.isCapped }.map(\.largestRead).min()
        return capped.map { ["limits: {registers_per_read: \($0)}"] } ?? []
    }

    private static let advice = [
        "# Types are guesses from one reading. Confirm each with the device's display:",
        "#   plumbline probe LINK ADDRESS --expect WHAT_IT_SHOWS",
        "# Then correct its line, write its unit, give it a name, and remove `unconfirmed`.",
        "# Registers that read 0 are left out.",
    ]

    private static func digits(_ address: Int) -> String { String(AddressText.hex(address).dropFirst(2)) }
}

// MARK: - Points

extension ProfileSkeleton {
    /// A line for each value that `block` seems to hold; at least one.
    private func points(
        of block: ModbusValueBlock, in table: RegisterTable, _ order: ModbusByteOrder
    ) -> [String] {
        let addresses = block.first..<block.first + block.count
        if table.holdsBits {
            let isShort = block.count <= Self.mostBits
            let bits = addresses.filter { isShort || block.bit(at: $0) == true }.prefix(Self.mostBits)
            return (bits.isEmpty ? [block.first] : Array(bits)).map { Self.line(table, $0, "type: bit") }
        }
        var lines: [String] = []
        var address = block.first
        while address < addresses.upperBound {
            let guess = Guess(at: address, in: block, order)
            if let fields = guess.fields { lines.append(Self.line(table, address, fields)) }
            address += guess.registers
        }
        return lines.isEmpty ? [Self.line(table, block.first, Guess.plain)] : lines
    }

    private static func line(_ table: RegisterTable, _ address: Int, _ fields: String) -> String {
        "  - {id: \(table.rawValue)_\(digits(address)), table: \(table.rawValue), "
            + "address: \(AddressText.hex(address)), \(fields), unconfirmed: true}"
    }
}

/// What the registers at an address seem to hold.
private struct Guess {
    static let plain = "type: uint16, unit: \"\(ProfileText.unknownUnit)\""
    /// Registers of the longest text that is taken to be one.
    private static let longestText = 16
    /// Registers of the shortest: two letters alone may be any number.
    private static let shortestText = 3

    /// Nil for a register that reads 0.
    let fields: String?
    let registers: Int

    init(at address: Int, in block: ModbusValueBlock, _ order: ModbusByteOrder) {
        if let count = Self.text(at: address, in: block) {
            (fields, registers) = ("type: string, count: \(count)", count)
        } else if Self.isFloat(at: address, in: block, order) {
            let written = order == .abcd ? "" : "byte_order: \(order.rawValue), "
            (fields, registers) = (
                "type: float32, \(written)unit: \"\(ProfileText.unknownUnit)\"", 2
            )
        } else {
            let isZero = block.registers(at: address, count: 1)?.allSatisfy { $0 == 0 } ?? true
            (fields, registers) = (isZero ? nil : Self.plain, 1)
        }
    }

    /// The byte order by which more pairs of registers look like floats.
    static func order(in blocks: [ModbusValueBlock]) -> ModbusByteOrder {
        let votes = [ModbusByteOrder.abcd, .cdab].map { order in
            blocks.reduce(0) { votes, block in
                votes
                    + (block.first..<block.first + block.count).filter { isFloat(at: $0, in: block, order) }
                    .count
            }
        }
        return votes[1] > votes[0] ? .cdab : .abcd
    }

    private static func isFloat(at address: Int, in block: ModbusValueBlock, _ order: ModbusByteOrder) -> Bool
    {
        // Letters make plausible floats in one order or another.
        guard text(at: address, in: block) == nil, text(at: address + 1, in: block) == nil,
            let bytes = block.registers(at: address, count: 2),
            case .float32(let value) = ModbusValue(bytes, as: .float32, order: order)
        else { return false }
        // What gauges give; whole numbers read as floats are almost 0 or huge.
        return (1e-3..<1e6).contains(value.magnitude)
    }

    private static func text(at address: Int, in block: ModbusValueBlock) -> Int? {
        var count = 0
        var letters = 0
        while count < longestText, let bytes = block.registers(at: address + count, count: 1),
            bytes.allSatisfy({ (0x20...0x7E).contains($0) })
        {
            letters += bytes.filter { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }.count
            count += 1
        }
        return count >= shortestText && letters > 0 ? count : nil
    }
}
