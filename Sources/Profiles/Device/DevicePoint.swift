package import Codecs
package import Metrology

/// The four tables of the Modbus data model (Application Protocol V1.1b3, section 4.3).
package enum RegisterTable: String, Sendable, CaseIterable {
    case coil, discrete, input, holding

    /// Whether an address names one bit instead of a register of 16.
    package var holdsBits: Bool { self == .coil || self == .discrete }

    /// The function that reads it (V1.1b3, sections 6.1 to 6.4).
    package var readFunction: UInt8 {
        switch self {
        case .coil: 0x01
        case .discrete: 0x02
        case .holding: 0x03
        case .input: 0x04
        }
    }

    /// The first number of the older one-based notation: 40001 is holding register 0.
    package var firstReference: Int {
        switch self {
        case .coil: 1
        case .discrete: 10_001
        case .input: 30_001
        case .holding: 40_001
        }
    }
}

/// When something is read.
package enum ReadMoment: Sendable, Hashable {
    /// Again and again; the period in milliseconds.
    case every(milliseconds: Int)
    /// Once after each connect: what the keypad can change.
    case onConnect
    /// Only when the driver asks, because reading has an effect or nobody looks at it otherwise.
    case onDemand
}

/// One readable or writable value of a device.
package struct DevicePoint: Sendable, Equatable {
    package let id: String
    package let table: RegisterTable
    /// Zero-based address, as it stands in the request.
    package let address: Int
    package let type: ModbusValueType
    /// The order of its bytes, where `byteOrderFrom` does not say it.
    package let byteOrder: ModbusByteOrder
    /// The point whose word is the byte order, where that is set at the device.
    package let byteOrderFrom: String?
    package let meaning: Meaning
    package internal(set) var moment: ReadMoment
    package let access: Access
    /// How it is written; of no meaning where it is not.
    package let writing: Writing
    /// Whether reading it changes it: never read ahead, never together with others.
    package let clearsOnRead: Bool
    /// What says whether this point's value counts; of the same reply.
    package let when: Condition?
    /// Whether nobody has confirmed this entry against a manual or a device.
    package let isUnconfirmed: Bool
    /// When its live value is told; nil where every reading is.
    package let report: ReportRule?
    package let place: SourcePlace

    /// When a value counts: where a bit is 1, or where a point says one of some words.
    package struct Condition: Sendable, Equatable {
        package let point: String
        /// Nil for a bit.
        package let words: [String]?

        package init(point: String, words: [String]?) { (self.point, self.words) = (point, words) }
    }

    /// What a person may do with it.
    package enum Access: String, Sendable, CaseIterable {
        case read, write
        case readWrite = "read_write"

        package var reads: Bool { self != .write }
        package var writes: Bool { self != .read }
    }

    /// Registers that it takes; 1 for a bit of a bit table.
    package var width: Int { table.holdsBits ? 1 : type.registers }

    /// Its addresses, all of them.
    package var addresses: Range<Int> { address..<address + width }

    /// Both ways in which manuals write its address: `0x4100 (416641)`.
    package var addressText: String { AddressText.both(table, address) }

    /// All of its addresses in both ways: `0x0004…0x0005 (40005…40006)`.
    var addressesText: String {
        let last = address + width - 1
        guard last > address else { return addressText }
        return "\(AddressText.hex(address))…\(AddressText.hex(last)) "
            + "(\(AddressText.reference(table, address))…\(AddressText.reference(table, last)))"
    }

    package init(
        id: String, table: RegisterTable, address: Int, type: ModbusValueType, byteOrder: ModbusByteOrder,
        byteOrderFrom: String? = nil, meaning: Meaning, moment: ReadMoment, access: Access,
        clearsOnRead: Bool, when: Condition?, isUnconfirmed: Bool, report: ReportRule? = nil,
        place: SourcePlace, writing: Writing = Writing()
    ) {
        (self.id, self.table, self.address, self.type) = (id, table, address, type)
        (self.byteOrder, self.byteOrderFrom) = (byteOrder, byteOrderFrom)
        (self.meaning, self.moment, self.access) = (meaning, moment, access)
        (self.clearsOnRead, self.when, self.isUnconfirmed) = (clearsOnRead, when, isUnconfirmed)
        (self.report, self.place, self.writing) = (report, place, writing)
    }

    /// The points of an array that begins here: `curve.0`, `curve.1` and so on, one behind the other.
    package func elements(_ count: Int) -> [DevicePoint] {
        (0..<count).map { index in
            DevicePoint(
                id: "\(id).\(index)", table: table, address: address + index * width, type: type,
                byteOrder: byteOrder, byteOrderFrom: byteOrderFrom, meaning: meaning, moment: moment,
                access: access, clearsOnRead: clearsOnRead, when: when, isUnconfirmed: isUnconfirmed,
                report: report, place: place, writing: writing)
        }
    }
}

extension DevicePoint {
    /// What the number or text in the registers says.
    package enum Meaning: Sendable, Equatable {
        case text
        case words(CodeWords)
        case quantity(Quantity)
    }

    /// How a raw number becomes a quantity: raw × scale + offset, ÷ 10^n, in a unit.
    package struct Quantity: Sendable, Equatable {
        package let scale: ExactDecimal
        package let offset: ExactDecimal
        /// The point that holds n, where the device has its decimals set at the keypad.
        package let scaleFrom: String?
        package let unit: PointUnit
        package let kind: QuantityKind
        /// Step of the value as the device gives it; the value is rounded to it.
        package let resolution: ExactDecimal?
        /// What the device can give, in the point's unit; nil where nothing is known.
        package let valid: ValidRange?
        /// Raw numbers by which the device says that it has no value.
        package let sentinels: [Int128]

        package init(
            scale: ExactDecimal = 1, offset: ExactDecimal = 0, scaleFrom: String? = nil, unit: PointUnit,
            kind: QuantityKind, resolution: ExactDecimal? = nil, valid: ValidRange? = nil,
            sentinels: [Int128] = []
        ) {
            (self.scale, self.offset, self.scaleFrom) = (scale, offset, scaleFrom)
            (self.unit, self.kind, self.resolution) = (unit, kind, resolution)
            (self.valid, self.sentinels) = (valid, sentinels)
        }
    }

    /// Words for codes. A code without a word is no value, unless there is a word for all others.
    package struct CodeWords: Sendable, Equatable {
        package let codes: [Int128: String]
        package let otherwise: String?

        package init(_ codes: [Int128: String], otherwise: String? = nil) {
            (self.codes, self.otherwise) = (codes, otherwise)
        }

        package subscript(code: Int128) -> String? { codes[code] ?? otherwise }

        /// Every word that it can say.
        package var words: Set<String> { Set(codes.values).union(otherwise.map { [$0] } ?? []) }
    }

    /// Where a quantity's unit comes from.
    package enum PointUnit: Sendable, Equatable {
        case fixed(UnitOfMeasure)
        /// The point whose word is the UCUM code.
        case from(String)
    }

    /// Both ends belong to it.
    package struct ValidRange: Sendable, Equatable {
        package let low: ExactDecimal
        package let high: ExactDecimal

        package init(low: ExactDecimal, high: ExactDecimal) { (self.low, self.high) = (low, high) }

        package func contains(_ value: ExactDecimal) -> Bool { low <= value && value <= high }
    }

    /// What its number measures; nil for texts and words.
    package var quantity: Quantity? {
        guard case .quantity(let quantity) = meaning else { return nil }
        return quantity
    }
}
