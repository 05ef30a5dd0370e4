internal import Codecs
internal import Metrology

/// Reads `[[inputs.modbus]]` of a Telegraf configuration.
///
/// Facts from the plugin's README: `register` style names a table by its key and lists each register of a
/// value in `address`; `request` and `metric` styles name the first. `FIXED` is a signed and `UFIXED` (once
/// `FLOAT32`) an unsigned whole number of as many registers as `address` lists; `FLOAT32-IEEE` is a float.
struct TelegrafImport {
    private var draft: ProfileDraft
    private let file: SourceFile
    private let faults: FaultCollector

    static func read(_ file: SourceFile, name: String, _ faults: FaultCollector) -> ProfileDraft? {
        let root: TOMLNode
        do throws(Fault) {
            root = try TOMLReader.read(file.bytes, file: file.path)
        } catch {
            faults.add(error)
            return nil
        }
        guard let inputs = root["inputs"]?["modbus"]?.elements, !inputs.isEmpty else {
            faults.fault(SourcePlace(file: file.path), "it has no [[inputs.modbus]]", "name Telegraf's file")
            return nil
        }
        var reader = TelegrafImport(
            draft: ProfileDraft(name: name, from: file, of: "Telegraf", faults), file: file, faults: faults)
        for input in inputs { reader.read(input) }
        return reader.draft
    }

    private mutating func read(_ input: TOMLNode) {
        if let device = input["name"]?.text { draft.model = device }
        let tables: [(String, RegisterTable)] = [
            ("discrete_inputs", .discrete), ("coils", .coil), ("input_registers", .input),
            ("holding_registers", .holding),
        ]
        for (key, table) in tables {
            for field in input[key]?.elements ?? [] { register(field, table) }
        }
        for style in ["request", "metric"] {
            for request in input[style]?.elements ?? [] {
                for field in request["fields"]?.elements ?? [] { self.field(field, of: request) }
            }
        }
        if let workarounds = input["workarounds"] {
            draft.leaveOut(
                "[inputs.modbus.workarounds]", line: workarounds.line, "workarounds are not carried over",
                "see `timing` in docs/profiles.md")
        }
    }

    /// A field of the register style.
    private mutating func register(_ field: TOMLNode, _ table: RegisterTable) {
        let name = field["name"]?.text ?? "value"
        let addresses = field["address"]?.elements.compactMap(\.integer) ?? []
        guard let first = addresses.first else {
            draft.leaveOut(name, line: field.line, "it has no address", "write `address = [0]`")
            return
        }
        let written = field["data_type"]?.text ?? "UINT16"
        let inOrder = addresses.enumerated().allSatisfy { $1 &- first == $0 }
        guard table.holdsBits || inOrder, let type = type(written, registers: addresses.count, field) else {
            draft.leaveOut(
                "\(name): \(written) at \(addresses.map(String.init).joined(separator: ","))",
                line: field.line,
                "its type or addresses have no counterpart", "write the point by hand")
            return
        }
        add(name, table, first, type, order: field["byte_order"]?.text, field)
    }

    /// A field of the request or metric style.
    private mutating func field(_ field: TOMLNode, of request: TOMLNode) {
        guard field["omit"]?.text != "true" else { return }
        let name = field["name"]?.text ?? "value"
        let register = (field["register"] ?? request["register"])?.text ?? "holding"
        guard let table = RegisterTable(rawValue: register), let address = field["address"]?.integer else {
            draft.leaveOut(name, line: field.line, "its table or address is not known", "write it by hand")
            return
        }
        let written = field["type"]?.text ?? "UINT16"
        guard table.holdsBits || field["type"] != nil,
            let type = type(written == "FLOAT32" ? "FLOAT32-IEEE" : written, registers: 0, field)
        else {
            draft.leaveOut(
                "\(name): \(written)", line: field.line, "its type has no counterpart",
                "write the point by hand")
            return
        }
        add(name, table, address, type, order: request["byte_order"]?.text, field)
    }

    /// The type that Telegraf's word means; `registers` counts those of a fixed-point number.
    private func type(_ word: String, registers: Int, _ field: TOMLNode) -> ModbusValueType? {
        switch word {
        case "BIT": field["bit"]?.integer.flatMap { (0...15).contains($0) ? .bit($0) : nil } ?? .bit(0)
        case "INT8L": .int8(.low)
        case "INT8H": .int8(.high)
        case "UINT8L": .uint8(.low)
        case "UINT8H": .uint8(.high)
        case "INT16": .int16
        case "UINT16": .uint16
        case "INT32": .int32
        case "UINT32": .uint32
        case "INT64": .int64
        case "UINT64": .uint64
        case "FLOAT16", "FLOAT16-IEEE": .float16
        case "FLOAT32-IEEE": .float32
        case "FLOAT64", "FLOAT64-IEEE": .float64
        case "FIXED": [1: .int16, 2: .int32, 4: .int64][registers]
        case "UFIXED", "FLOAT32": [1: .uint16, 2: .uint32, 4: .uint64][registers]
        case "STRING":
            (field["length"]?.integer ?? registers).nonZero.map { .text(registers: min($0, 125)) }
        default: nil
        }
    }

    private mutating func add(
        _ name: String, _ table: RegisterTable, _ address: Int, _ type: ModbusValueType, order: String?,
        _ field: TOMLNode
    ) {
        var point = ProfileDraft.Point(
            name: name, table: table, address: address, type: table.holdsBits ? .bit(0) : type)
        if let order {
            let word = ["AB": "ABCD", "BA": "BADC"][order] ?? order
            guard let known = ModbusByteOrder(rawValue: word) else {
                draft.leaveOut(
                    "\(name): \(order)", line: field.line, "its byte order has no counterpart",
                    "write ABCD, CDAB, BADC or DCBA")
                return
            }
            point.byteOrder = known
        }
        if let scale = field["scale"]?.text {
            guard let number = ExactDecimal(scale.replacing("_", with: "")), number != 0, number.isBounded
            else {
                draft.leaveOut(
                    "\(name): \(scale)", line: field.line, "its scale is no number", "write it anew")
                return
            }
            point.scale = number
        }
        draft.add(point, line: field.line)
    }
}

extension Int {
    fileprivate var nonZero: Int? { self > 0 ? self : nil }
}
