internal import Codecs
internal import Metrology

/// Reads a device profile of EdgeX's device-modbus.
///
/// Facts from its profiles: `attributes` name `primaryTable`, a zero-based `startingAddress` and perhaps
/// `rawType`, `isByteSwap`, `isWordSwap`; `properties` the `valueType` that is shown, `scale`, `offset`,
/// `units` and `readWrite`. Big-endian unless swapped.
struct EdgeXImport {
    private var draft: ProfileDraft

    static func read(_ file: SourceFile, name: String, _ faults: FaultCollector) -> ProfileDraft? {
        guard let root = file.root(faults) else { return nil }
        guard case .mapping(let members) = root.content,
            case .sequence(let resources) = members.first(where: { $0.key == "deviceResources" })?.value
                .content
        else {
            faults.fault(root.place, "it has no list `deviceResources`", "name EdgeX's device profile")
            return nil
        }
        var reader = EdgeXImport(draft: ProfileDraft(name: name, from: file, of: "EdgeX", faults))
        reader.draft.manufacturer = root.text("manufacturer") ?? reader.draft.manufacturer
        reader.draft.model = root.text("model") ?? reader.draft.model
        for resource in resources { reader.read(resource) }
        if let commands = members.first(where: { $0.key == "deviceCommands" }) {
            reader.draft.leaveOut(
                "deviceCommands", line: commands.place.line,
                "commands and their mappings are not carried over",
                "write words for codes as `enum` at the point")
        }
        return reader.draft
    }

    private mutating func read(_ resource: YAMLNode) {
        let name = resource.text("name") ?? "value"
        let line = resource.place.line
        let tables: [String: RegisterTable] = [
            "COILS": .coil, "DISCRETES_INPUT": .discrete, "DISCRETE_INPUTS": .discrete,
            "INPUT_REGISTERS": .input, "HOLDING_REGISTERS": .holding,
        ]
        let attributes = resource.member("attributes")
        let properties = resource.member("properties")
        guard let table = attributes?.text("primaryTable").flatMap({ tables[$0] }),
            let (address, bit) = Self.address(attributes?.text("startingAddress")),
            let type = type(attributes, properties, bit: bit, table)
        else {
            draft.leaveOut(
                "\(name): \(attributes?.text("primaryTable") ?? "") \(properties?.text("valueType") ?? "")",
                line: line, "its table, address or type has no counterpart", "write the point by hand")
            return
        }
        var point = ProfileDraft.Point(name: name, table: table, address: address, type: type)
        point.byteOrder = Self.order(
            swapsBytes: attributes?.text("isByteSwap") == "true",
            swapsWords: attributes?.text("isWordSwap") == "true")
        point.unit = properties?.text("units").flatMap { $0.isEmpty ? nil : $0 }
        let isWhole: Bool = if case .bit = type { table == .coil } else { table == .holding }
        point.isWritable = isWhole && properties?.text("readWrite")?.contains("W") == true
        for (key, path) in [("scale", \ProfileDraft.Point.scale), ("offset", \.offset)] {
            guard let text = properties?.text(key), !text.isEmpty else { continue }
            guard let number = ExactDecimal(text), number.isBounded, key == "offset" || number != 0 else {
                draft.leaveOut("\(name): \(text)", line: line, "its \(key) is no number", "write it anew")
                continue
            }
            point[keyPath: path] = number
        }
        draft.add(point, line: line)
    }

    /// `10`, or `10.5` for bit 5 of register 10.
    private static func address(_ text: String?) -> (Int, Int?)? {
        let parts = (text ?? "").split(separator: ".")
        guard let first = parts.first, let address = Int(first), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (address, nil) }
        return Int(parts[1]).flatMap { (0...15).contains($0) ? (address, $0) : nil }
    }

    private func type(
        _ attributes: YAMLNode?, _ properties: YAMLNode?, bit: Int?, _ table: RegisterTable
    ) -> ModbusValueType? {
        if table.holdsBits { return .bit(0) }
        let types: [String: ModbusValueType] = [
            "Int16": .int16, "Uint16": .uint16, "Int32": .int32, "Uint32": .uint32, "Int64": .int64,
            "Uint64": .uint64, "Float32": .float32, "Float64": .float64,
        ]
        switch attributes?.text("rawType") ?? properties?.text("valueType") {
        case "Bool": return .bit(bit ?? 0)
        case "String":
            let length = attributes?.text("stringRegisterSize").flatMap { Int($0) }
            return length.flatMap { (1...125).contains($0) ? .text(registers: $0) : nil }
        case .some(let word): return types[word]
        case nil: return nil
        }
    }

    private static func order(swapsBytes: Bool, swapsWords: Bool) -> ModbusByteOrder {
        switch (swapsBytes, swapsWords) {
        case (false, false): .abcd
        case (false, true): .cdab
        case (true, false): .badc
        case (true, true): .dcba
        }
    }
}

extension YAMLNode {
    fileprivate func member(_ key: String) -> YAMLNode? {
        guard case .mapping(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text of a scalar under `key`.
    fileprivate func text(_ key: String) -> String? { member(key)?.text }
}
