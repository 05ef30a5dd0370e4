import Codecs
import Judging
import Metrology
import Testing

@testable import Profiles

@Suite("From one expected reading to type, byte order and scale")
struct ByteOrderSolverTests {
    private func answers(
        _ expected: String, _ hex: String, first: Int, asked: Range<Int>, table: RegisterTable = .holding
    ) throws -> [ByteOrderAnswer] {
        let block = ModbusValueBlock(registersFrom: first, bytes: try #require(Hex.bytes(hex)))
        return ByteOrderSolver(table: table, asked: asked)
            .answers(to: try #require(ExpectedReading(expected)), in: [block])
    }

    /// Registers of libmodbus's documentation (123456.0) and by IEEE 754.
    static let floats: [(String, [ModbusByteOrder: String])] = [
        ("123456", [.abcd: "47F12000", .cdab: "200047F1", .badc: "F1470020", .dcba: "0020F147"]),
        ("40.25", [.abcd: "42210000", .cdab: "00004221", .badc: "21420000", .dcba: "00002142"]),
        ("52.3", [.abcd: "42513333", .cdab: "33334251", .badc: "51423333", .dcba: "33335142"]),
    ]

    @Test("A float's byte order is the first answer", arguments: floats)
    func floatOrders(_ expected: String, _ wires: [ModbusByteOrder: String]) throws {
        for (order, wire) in wires {
            let best = try #require(
                try answers(expected, "FFFF \(wire) FFFF", first: 99, asked: 100..<101).first)
            #expect(best.types == [.float32] && best.byteOrder == order && best.address == 100)
            #expect(best.match == .exact && best.scale == 1)
        }
    }

    @Test("The flow meter manual's 902.70 is a whole number with two decimals")
    func decimals() throws {
        let best = try #require(
            try answers("902.70", "0000 0001 609E 0000", first: 0x40FF, asked: 0x4100..<0x4101).first)
        #expect(best.types == [.int32, .uint32])
        #expect(best.byteOrder == .abcd && best.scale == ExactDecimal(1, e: -2) && best.offset == 0)
        #expect(best.value.description == "902.70")
        #expect(
            best.pointLine(id: "total", unit: "L")
                == #"- {id: total, address: 0x4100, type: int32, scale: "0.01", unit: L}"#)
        #expect(
            best.vectorLine(id: "total") == "- {request: {address: 0x4100, count: 2}, "
                + #"reply: "0304 0001609e", expect: {total: "902.70"}}"#)
    }

    @Test("An address that is off by one is found on either side", arguments: [-1, 1])
    func offByOne(_ offset: Int) throws {
        let best = try #require(
            try answers("52.3", "FFFF FFFF 3333 4251 FFFF FFFF", first: 8, asked: 10 - offset..<11 - offset)
                .first)
        #expect(best.address == 10 && best.offset == offset && best.byteOrder == .cdab)
    }

    @Test("A display that rounds or cuts off is understood, and comes after what is exact")
    func rounding() throws {
        // 902.7049 as float32: 4461AD1D (IEEE 754).
        let rounded = try #require(try answers("902.70", "4461AD1D", first: 5, asked: 5..<6).first)
        #expect(rounded.match == .rounded && rounded.types == [.float32])
        // 902.6999 is 4461ACCB.
        let cut = try #require(try answers("902.69", "4461ACCB", first: 5, asked: 5..<6).first)
        #expect(cut.match == .near && cut.types == [.float32])
        #expect(try answers("902.5", "4461AD1D", first: 5, asked: 5..<6).isEmpty)
    }

    @Test("Texts are found, and numbers that are written as texts")
    func texts() throws {
        let named = try answers("SA10197", "5341 3130 3139 3700", first: 3, asked: 3..<4)
        #expect(named.map(\.types) == [[.text(registers: 4)]])
        let swapped = try answers("SA10197", "4153 3031 3931 0037", first: 3, asked: 3..<4)
        #expect(swapped.map(\.types) == [[.text(registers: 4, layout: .lowFirst)]])
        #expect(
            named.first?.pointLine(id: "serial", unit: "?")
                == "- {id: serial, address: 0x0003, type: string, count: 4}")
        let number = try answers("902.7", "3930 322E 3700", first: 0, asked: 0..<1, table: .input)
        #expect(number.map(\.types) == [[.text(registers: 3)]])
    }

    @Test("Zero is zero by one scale only, and what is not there gives nothing")
    func nothing() throws {
        let zeros = try answers("0", "0000 0000", first: 0, asked: 0..<1)
        #expect(zeros.allSatisfy { $0.scale == 1 })
        #expect(try answers("17.3", "0000 7FC00000 FFFF", first: 0, asked: 0..<1).isEmpty)
        #expect(try answers("17.3", "", first: 0, asked: 0..<1).isEmpty)
        #expect(ExpectedReading("") == nil)
        #expect(ExpectedReading("22 °C") == nil)
    }

    @Test("Requests overlap, so that every value lies whole in one reply")
    func requests() throws {
        let solver = ByteOrderSolver(table: .holding, asked: 0..<65_536)
        let requests = solver.requests(for: [try #require(ExpectedReading("1.5"))])
        #expect(requests.allSatisfy { (1...125).contains($0.whole.count) })
        for start in 0...65_532 {
            #expect(requests.contains { $0.whole.contains(start) && $0.whole.upperBound >= start + 4 })
        }
        #expect(requests.last?.whole.upperBound == 65_536)
    }
}

/// A meter of which nothing is known, encoded here from the letters of the byte order alone.
struct UnknownMeter {
    let type: ModbusValueType
    let order: ModbusByteOrder
    let scale: ExactDecimal
    /// What its display shows.
    let display: String
    let wire: [UInt8]

    static let types: [ModbusValueType] = [
        .uint16, .int16, .uint32, .int32, .uint64, .int64, .float32, .float64, .bcd(registers: 2),
        .uint8(.low), .uint8(.high),
    ]

    init(using random: inout SeededRandom) {
        type = Self.types.randomElement(using: &random) ?? .int32
        let letters = type.registers == 4 ? 8 : 4
        let orders = ModbusByteOrder.allCases.filter { $0.byteCount == letters }
        // A byte of a register says itself which half it is.
        let isHalf = [.uint8(.low), .uint8(.high)].contains(type)
        order = isHalf ? .abcd : orders.randomElement(using: &random) ?? .abcd
        let isSigned = [.int16, .int32, .int64, .float32, .float64].contains(type)
        // 100…30000 in the display's last digit: four digits, as most displays have.
        let most: Int64 = isHalf ? 255 : 30_000
        let magnitude = Int64.random(in: 100...most, using: &random)
        let digits = isSigned && Bool.random(using: &random) ? -magnitude : magnitude
        let decimals = Int.random(in: 0...4, using: &random)
        display = ExactDecimal(Int128(digits), e: -decimals).description
        let bigEndian: [UInt8]
        switch type {
        case .float32:
            scale = 1
            let value = Float(Double(digits) / Self.power(decimals))
            bigEndian = withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
        case .float64:
            scale = 1
            let value = Double(digits) / Self.power(decimals)
            bigEndian = withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
        case .uint8(let half):
            scale = ExactDecimal(1, e: -decimals)
            let other = UInt8.random(in: 0...255, using: &random)
            bigEndian = half == .low ? [other, UInt8(digits)] : [UInt8(digits), other]
        case .bcd:
            scale = ExactDecimal(1, e: -decimals)
            let pairs: [Int64] = [digits / 10_000, digits / 100 % 100, digits % 100]
            bigEndian = [0] + pairs.map { UInt8($0 / 10 * 16 + $0 % 10) }
        default:
            scale = ExactDecimal(1, e: -decimals)
            let all = withUnsafeBytes(of: digits.bigEndian) { Array($0) }
            bigEndian = Array(all.suffix(2 * type.registers))
        }
        wire = Self.arranged(bigEndian, order)
    }

    /// The bytes as the letters say: CDAB sends the third byte first; one register is swapped or not.
    private static func arranged(_ bytes: [UInt8], _ order: ModbusByteOrder) -> [UInt8] {
        if bytes.count == 2 { return ["BADC", "DCBA"].contains(order.rawValue) ? bytes.reversed() : bytes }
        return order.rawValue.utf8.map { bytes[Int($0 - UInt8(ascii: "A"))] }
    }

    private static func power(_ decimals: Int) -> Double {
        (0..<decimals).reduce(1.0) { power, _ in power * 10 }
    }
}

@Suite("Any simulated meter")
struct UnknownMeterTests {
    @Test("Whatever type, byte order and scale a meter uses, the solver lists it from one reading")
    func everyMeterIsFound() throws {
        let seed = SeededRandom.seed()
        print("SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<500 {
            let meter = UnknownMeter(using: &random)
            let start = Int.random(in: 1...60_000, using: &random)
            let asked = start + Int.random(in: -1...1, using: &random)
            let noise = { (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) } }
            let block = ModbusValueBlock(registersFrom: start - 4, bytes: noise() + meter.wire + noise())
            let answers = ByteOrderSolver(table: .holding, asked: asked..<asked + 1)
                .answers(to: try #require(ExpectedReading(meter.display)), in: [block])
            // One register has no word order: only whether its bytes are swapped counts.
            let order: ModbusByteOrder =
                meter.type.registers > 1
                ? meter.order : [.badc, .dcba].contains(meter.order) ? .badc : .abcd
            let found = answers.firstIndex {
                $0.address == start && $0.types.contains(meter.type) && $0.byteOrder == order
                    && $0.scale == meter.scale
            }
            #expect(found != nil, "SEED=\(seed): \(meter) at \(start), asked \(asked)")
        }
    }
}
