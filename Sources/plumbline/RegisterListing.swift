import Codecs
import Metrology
import Profiles

/// Registers or bits as a table for people, or as objects for programs.
struct RegisterListing {
    let table: RegisterTable
    /// What each reply brought; they may overlap.
    let blocks: [ModbusValueBlock]

    /// Every address that was read, in order.
    var addresses: [Int] { Set(blocks.flatMap { $0.first..<$0.first + $0.count }).sorted() }

    /// The registers, whole out of one reply.
    private func registers(at address: Int, count: Int) -> [UInt8]? {
        blocks.lazy.compactMap { $0.registers(at: address, count: count) }.first
    }

    private func bit(at address: Int) -> Bool? { blocks.lazy.compactMap { $0.bit(at: address) }.first }

    func lines(bold: (String) -> String) -> [String] {
        var listing = Table(
            table.holdsBits
                ? ["ADDRESS", "REF", "BIT"]
                : [
                    "ADDRESS", "REF", "HEX", "U16", "I16", "I32", "I32 CDAB", "FLOAT", "FLOAT CDAB", "TEXT",
                ])
        for address in addresses { listing.add(cells(address)) }
        return listing.lines(bold: bold)
    }

    private func cells(_ address: Int) -> [String] {
        let place = [AddressText.hex(address), String(AddressText.reference(table, address))]
        if table.holdsBits { return place + [bit(at: address).map { $0 ? "1" : "0" } ?? ""] }
        guard let bytes = registers(at: address, count: 1) else { return place }
        let signed = integer(address, .int16, .abcd)
        let unsigned = integer(address, .uint16, .abcd)
        return place + [Hex.text(bytes), unsigned, signed == unsigned ? "" : signed]
            + [ModbusByteOrder.abcd, .cdab].map { integer(address, .int32, $0) }
            + [ModbusByteOrder.abcd, .cdab].map { float(address, $0) } + [Self.text(bytes)]
    }

    private func integer(_ address: Int, _ type: ModbusValueType, _ order: ModbusByteOrder) -> String {
        guard let bytes = registers(at: address, count: type.registers),
            case .integer(let number) = ModbusValue(bytes, as: type, order: order)
        else { return "" }
        return String(number)
    }

    /// Floats that no device would send are left out, so that the one that it did send is seen.
    private func float(_ address: Int, _ order: ModbusByteOrder) -> String {
        guard let bytes = registers(at: address, count: 2) else { return "" }
        switch ModbusValue(bytes, as: .float32, order: order) {
        case .float32(let value) where value == 0 || (1e-4..<1e9).contains(value.magnitude):
            return Self.sixDigits(value)
        case .notFinite: return "NaN/Inf"
        default: return "·"
        }
    }

    /// `value` with six digits that count, without zeros at the end.
    private static func sixDigits(_ value: Float) -> String {
        guard let exact = ExactDecimal(shortest: value) else { return "·" }
        let digits = String(exact.coefficient.magnitude).count
        return exact.rounded(toPlace: min(0, exact.exponent + max(0, digits - 6))).description
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let characters = bytes.map { (0x20...0x7E).contains($0) ? Character(Unicode.Scalar($0)) : "." }
        return String(characters) == ".." ? "" : String(characters)
    }

    /// One object for each register or bit.
    func objects() -> [JSONValue] {
        addresses.map { address in
            var object: [String: JSONValue] = [
                "table": .string(table.rawValue), "address": .number(Int64(address)),
                "reference": .number(Int64(AddressText.reference(table, address))),
            ]
            if table.holdsBits {
                object["bit"] = .number(bit(at: address) == true ? 1 : 0)
            } else if let bytes = registers(at: address, count: 1) {
                object["raw"] = .string(Hex.text(bytes))
                object["uint16"] = .number(Int64(bytes[0]) << 8 | Int64(bytes[1]))
            }
            return .object(object)
        }
    }
}
