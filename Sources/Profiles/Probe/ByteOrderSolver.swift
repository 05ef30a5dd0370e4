package import Codecs
internal import Metrology

/// Finds every way to read registers that gives what a person expects of them: type, byte order, scale, and
/// an address that is off by one.
///
/// The order of the answers: exact before rounded before near; then the less far-fetched. Devices usually
/// keep the high byte first, scale whole numbers by tenths to thousandths and floats not at all; an address
/// that is off by one is more common than a scale such as 0.005.
package struct ByteOrderSolver: Sendable {
    let table: RegisterTable
    let asked: Range<Int>

    /// - Parameter asked: zero-based addresses at which the value is thought to begin; one before and one
    ///   behind are tried as well.
    package init(table: RegisterTable, asked: Range<Int>) { (self.table, self.asked) = (table, asked) }

    /// Registers to read together, and what to try where the device refuses them.
    package struct Request: Sendable, Equatable {
        /// Zero-based addresses, at most `ModbusLimits.registersPerRead`.
        package let whole: Range<Int>
        /// Every place in it where a value may begin, wide pieces first.
        package let pieces: [Range<Int>]
    }

    /// What to read for these readings; requests overlap, so that each value lies whole in one reply.
    package func requests(for expected: [ExpectedReading]) -> [Request] {
        let width = expected.map(\.mostRegisters).max() ?? 4
        let begins = ModbusLimits.registersPerRead - width + 1
        return stride(from: starts.lowerBound, to: starts.upperBound, by: begins).map { first in
            let starts = first..<min(first + begins, starts.upperBound)
            let end = min(65_536, starts.upperBound + width - 1)
            let pieces = [width, 4, 2, 1].flatMap { width in
                starts.compactMap { $0 + width <= end ? $0..<$0 + width : nil }
            }
            return Request(whole: first..<end, pieces: pieces)
        }
    }

    /// Addresses that are tried.
    private var starts: Range<Int> { max(0, asked.lowerBound - 1)..<min(65_536, asked.upperBound + 1) }

    /// The answers, best first. Each value comes whole out of one block, as it comes out of one reply.
    package func answers(to expected: ExpectedReading, in blocks: [ModbusValueBlock]) -> [ByteOrderAnswer] {
        let found = starts.flatMap { address in
            expected.number == nil
                ? textAnswers(to: expected, at: address, in: blocks)
                : Self.forms.flatMap { answers(to: expected, as: $0, at: address, in: blocks) }
                    + textAnswers(to: expected, at: address, in: blocks)
        }
        return found.sorted {
            ($0.match, $0.oddity, $0.address, $0.registers, $0.byteOrder.rawValue)
                < ($1.match, $1.oddity, $1.address, $1.registers, $1.byteOrder.rawValue)
        }
    }

    private func offset(of address: Int) -> Int {
        address < asked.lowerBound ? -1 : address < asked.upperBound ? 0 : 1
    }

    private static func bytes(_ count: Int, at address: Int, in blocks: [ModbusValueBlock]) -> [UInt8]? {
        blocks.lazy.compactMap { $0.registers(at: address, count: count) }.first
    }
}

// MARK: - Numbers

extension ByteOrderSolver {
    /// A width with its signed and unsigned reading, or a float.
    private struct Form {
        /// Signed first: a flow may run backwards.
        let types: [ModbusValueType]
        let order: ModbusByteOrder
        /// How unusual it is.
        let oddity: Int

        var isFloat: Bool { [[.float16], [.float32], [.float64]].contains(types) }
    }

    private static let forms: [Form] = {
        func forms(
            _ types: [[ModbusValueType]], _ orders: [(ModbusByteOrder, Int)], _ oddity: Int
        ) -> [Form] {
            types.flatMap { types in
                orders.map { Form(types: types, order: $0.0, oddity: oddity + $0.1) }
            }
        }
        let short: [(ModbusByteOrder, Int)] = [(.abcd, 0), (.badc, 4)]
        let long: [(ModbusByteOrder, Int)] = [(.abcd, 0), (.cdab, 1), (.badc, 3), (.dcba, 3)]
        let longest: [(ModbusByteOrder, Int)] = [
            (.abcdefgh, 0), (.ghefcdab, 1), (.badcfehg, 3), (.hgfedcba, 3), (.cdabghef, 4), (.efghabcd, 4),
        ]
        return forms([[.int16, .uint16]], short, 0) + forms([[.int32, .uint32], [.float32]], long, 0)
            + forms([[.int64, .uint64], [.float64]], longest, 2)
            + forms([[.bcd(registers: 1)], [.float16]], short, 6)
            + forms([[.bcd(registers: 2)]], long, 6) + forms([[.bcd(registers: 4)]], longest, 8)
            + forms([[.int8(.low), .uint8(.low)], [.int8(.high), .uint8(.high)]], [(.abcd, 0)], 6)
    }()

    /// A factor between the raw number and the value, and how unusual it is for whole numbers.
    private static let scales: [(scale: ExactDecimal, oddity: Int)] = {
        let powers = (-9...6).map { power in
            (scale: ExactDecimal(1, e: power), oddity: power == 0 ? 0 : (-3 ... -1).contains(power) ? 1 : 3)
        }
        let steps = [2, 5, 25].flatMap { step in
            (-5...0).map { (scale: ExactDecimal(Int128(step), e: $0), oddity: 6) }
        }
        return powers + steps
    }()

    private func answers(
        to expected: ExpectedReading, as form: Form, at address: Int, in blocks: [ModbusValueBlock]
    ) -> [ByteOrderAnswer] {
        guard let width = form.types.first?.registers,
            let raw = Self.bytes(width, at: address, in: blocks)
        else { return [] }
        var readings: [(number: ExactDecimal, types: [ModbusValueType])] = []
        for type in form.types {
            guard let number = ModbusValue(raw, as: type, order: form.order).flatMap(Self.number) else {
                continue
            }
            if let same = readings.firstIndex(where: { $0.number == number }) {
                readings[same].types.append(type)
            } else {
                readings.append((number, [type]))
            }
        }
        return readings.flatMap { reading in
            scaled(reading.number, expected, isFloat: form.isFloat).map { value in
                let offset = offset(of: address)
                return ByteOrderAnswer(
                    table: table, address: address, types: reading.types, byteOrder: form.order,
                    scale: value.scale, value: .decimal(value.value), match: value.match, offset: offset,
                    raw: raw, oddity: form.oddity + value.oddity + 2 * abs(offset))
            }
        }
    }

    /// Every scale by which `number` gives what is expected.
    private func scaled(
        _ number: ExactDecimal, _ expected: ExpectedReading, isFloat: Bool
    ) -> [(scale: ExactDecimal, value: ExactDecimal, match: ByteOrderAnswer.Match, oddity: Int)] {
        let isZero = number == 0 || expected.number == 0
        let digits = (expected.number?.magnitude ?? 0) - number.magnitude
        return Self.scales.compactMap { scale, oddity in
            // Zero is zero by any scale, and a step such as 0.25 is believed only where it fits exactly.
            guard number != 0 || scale == 1, isZero || (-2...1).contains(digits - scale.magnitude),
                let value = number.scaled(by: scale),
                let match = expected.match(value), match == .exact || scale.coefficient == 1
            else { return nil }
            if isFloat, scale.coefficient != 1 { return nil }
            // A float that moves is rounded by its display; a whole number seldom has spare digits.
            let spare = match == .exact ? 0 : isFloat ? 1 : 4
            return (scale, value, match, (isFloat && scale != 1 ? 4 : oddity) + spare)
        }
    }

    private static func number(_ value: ModbusValue) -> ExactDecimal? {
        let number: ExactDecimal? =
            switch value {
            case .integer(let integer): ExactDecimal(integer)
            case .float16(let float): ExactDecimal(shortest: float)
            case .float32(let float): ExactDecimal(shortest: float)
            case .float64(let double): ExactDecimal(shortest: double)
            case .notFinite, .text: nil
            }
        return number.flatMap { $0.isBounded ? $0 : nil }
    }
}

extension ExactDecimal {
    /// Digits before the point, roughly: 902.7 has 3, 0.05 has −1. Tells far-off scales apart cheaply.
    fileprivate var magnitude: Int { coefficient == 0 ? 0 : String(coefficient.magnitude).count + exponent }
}

// MARK: - Texts

extension ByteOrderSolver {
    /// The registers at `address` as text, where that is what is expected or begins with it.
    private func textAnswers(
        to expected: ExpectedReading, at address: Int, in blocks: [ModbusValueBlock]
    ) -> [ByteOrderAnswer] {
        ModbusValueType.TextLayout.allCases.enumerated().compactMap { rank, layout in
            let width = layout.charactersPerRegister
            let count = (expected.text.utf8.count + width - 1) / width
            let type = ModbusValueType.text(registers: count, layout: layout)
            guard let raw = Self.bytes(count, at: address, in: blocks),
                case .text(let text) = ModbusValue(raw, as: type, order: .abcd),
                text.hasPrefix(expected.text)
            else { return nil }
            let offset = offset(of: address)
            return ByteOrderAnswer(
                table: table, address: address, types: [type], byteOrder: .abcd, scale: 1, value: .text(text),
                match: text == expected.text ? .exact : .near, offset: offset, raw: raw,
                oddity: 2 + rank + 2 * abs(offset))
        }
    }
}
