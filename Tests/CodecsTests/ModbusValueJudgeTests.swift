import Judging
import Testing

@testable import Codecs

@Suite("Values as pymodbus and libmodbus read them")
struct ModbusValueJudgeTests {
    static let types: [(name: String, type: ModbusValueType)] = [
        ("uint16", .uint16), ("int16", .int16), ("float16", .float16), ("uint32", .uint32), ("int32", .int32),
        ("float32", .float32), ("uint64", .uint64), ("int64", .int64), ("float64", .float64),
    ]
    /// Values that devices send and random bytes seldom hit: infinities, NaNs, subnormals, sentinels, zeros.
    static let corners = [
        "7F800000", "FF800000", "7FC00000", "00000001", "80000000", "7FFFFFFF", "00000000",
        "7FF0000000000000", "FFF8000000000001", "0000000000000001", "8000000000000000", "7FFFFFFFFFFFFFFF",
        "7C00", "FC00", "7E00", "0001", "8000",
    ]

    @Test("Every type in every order, of random and of special bytes")
    func agree() throws {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed: seed)
        var cases: [(type: String, order: String, hex: String)] = []
        var ours: [String] = []
        for (name, type) in Self.types {
            let length = 2 * type.registers
            let orders = ModbusByteOrder.allCases.filter {
                length == 2 ? $0 == .abcd : $0.byteCount == length
            }
            for order in orders {
                var samples = Self.corners.compactMap(Hex.bytes).filter { $0.count == length }
                for _ in 0..<40 {
                    samples.append((0..<length).map { _ in UInt8.random(in: 0...255, using: &random) })
                }
                for bytes in samples {
                    cases.append((name, length == 2 ? "AB" : order.rawValue, Hex.text(bytes)))
                    ours.append(ModbusValue(bytes, as: type, order: order)?.said ?? "nothing")
                }
            }
        }
        let theirs = try ModbusValueJudge.opinions(cases)
        #expect(theirs.count == cases.count, "\(theirs.first ?? "")")
        for ((asked, mine), judged) in zip(zip(cases, ours), theirs) where mine != judged {
            Issue.record("\(asked): we say \(mine), the judges \(judged); seed \(seed)")
        }
    }

    @Test("Texts of two characters a register")
    func texts() throws {
        let cases = ["5341313031393700", "4142202020202020", "4B52414C20424520"].map { ("text", "-", $0) }
        let ours = try cases.map { text in
            let bytes = try #require(Hex.bytes(text.2))
            return ModbusValue(bytes, as: .text(registers: 4), order: .abcd)?.said
        }
        #expect(try ModbusValueJudge.opinions(cases.map { (type: $0.0, order: $0.1, hex: $0.2) }) == ours)
    }
}

extension ModbusValue {
    /// As the judges say it.
    fileprivate var said: String {
        switch self {
        case .integer(let value): String(value)
        case .float16(let value): Hex.text(value.bitPattern.bigEndianBytes)
        case .float32(let value): Hex.text(value.bitPattern.bigEndianBytes)
        case .float64(let value): Hex.text(value.bitPattern.bigEndianBytes)
        case .notFinite: "not-finite"
        case .text(let text): text
        }
    }
}

extension FixedWidthInteger {
    fileprivate var bigEndianBytes: [UInt8] {
        stride(from: bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
