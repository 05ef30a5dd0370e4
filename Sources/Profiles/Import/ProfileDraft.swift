internal import Codecs
internal import Metrology

/// A profile that is being made out of another program's file.
///
/// What cannot be carried over becomes a comment with the original text, and a warning with its line.
struct ProfileDraft {
    /// One value, as far as the other file says what it is.
    struct Point {
        /// As the other file names it; made fit for a profile when it is written.
        let name: String
        let table: RegisterTable
        let address: Int
        let type: ModbusValueType
        var byteOrder = ModbusByteOrder.abcd
        var scale = ExactDecimal(1)
        var offset = ExactDecimal(0)
        /// As the other file writes it; nil where it has none.
        var unit: String?
        var isWritable = false
    }

    var manufacturer = ProfileText.unknownUnit
    var model = ProfileText.unknownUnit
    private let name: String
    private let origin: SourceFile
    private let tool: String
    private var lines: [String] = []
    private var ids: Set<String> = []
    private let faults: FaultCollector
    /// Points so far.
    private(set) var count = 0

    /// Points of one profile, as its reader allows.
    private static let mostPoints = 5_000

    init(name: String, from origin: SourceFile, of tool: String, _ faults: FaultCollector) {
        (self.name, self.origin, self.tool, self.faults) = (name, origin, tool, faults)
    }

    /// Notes something that is not carried over: a comment, and a warning at `line`.
    mutating func leaveOut(_ original: String, line: Int, _ what: String, _ remedy: String) {
        lines.append("  # \(what): \(Wording.shortened(original))")
        faults.warn(SourcePlace(file: origin.path, line: line), what, remedy)
    }

    mutating func add(_ point: Point, line: Int) {
        guard count < Self.mostPoints else {
            if count == Self.mostPoints {
                faults.fault(
                    SourcePlace(file: origin.path, line: line), "a profile has at most \(count) points",
                    "split the file")
            }
            return
        }
        // Before it is added to: the other file may say any number.
        guard (0...65_535).contains(point.address), point.address + point.type.registers <= 65_536 else {
            leaveOut(
                point.name, line: line, "its address \(point.address) is beyond 65535", "correct the address")
            return
        }
        count += 1
        let id = uniqueID(point.name)
        if id != point.name { lines.append("  # was: \(Wording.shortened(point.name))") }
        var fields = ["id: \(id)"]
        if point.table != .holding { fields.append("table: \(point.table.rawValue)") }
        fields.append("address: \(AddressText.hex(point.address))")
        if !point.table.holdsBits {
            fields += point.type.profileFields
            if ![.abcd, .abcdefgh].contains(point.byteOrder), !point.type.isText {
                fields.append("byte_order: \(point.byteOrder.rawValue)")
            }
            fields += quantity(point, line: line)
        }
        if point.isWritable { fields.append("access: read_write") }
        lines.append("  - {\(fields.joined(separator: ", "))}")
    }

    private mutating func quantity(_ point: Point, line: Int) -> [String] {
        switch point.type {
        case .text, .bit: return []
        default: break
        }
        var fields: [String] = []
        if point.scale != 1 { fields.append("scale: \"\(point.scale)\"") }
        if point.offset != 0 { fields.append("offset: \"\(point.offset)\"") }
        let known = point.unit.flatMap { UnitOfMeasure($0)?.code }
        if let unit = point.unit, known == nil {
            leaveOut(
                "\(point.name): \(unit)", line: line, "a unit that is not known",
                "write its UCUM code in the profile; docs/profiles.md lists them")
        }
        return fields + ["unit: \(ProfileText.scalar(known ?? ProfileText.unknownUnit))"]
    }

    private mutating func uniqueID(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar -> Character in
            let isPlain =
                scalar.isASCII
                && (scalar.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains(scalar))
            return isPlain ? Character(scalar) : "_"
        }
        let trimmed = String(plain.drop { "_-.".contains($0) }.prefix(56))
        let base = trimmed.isEmpty ? "point" : trimmed
        var id = base
        var number = 2
        while !ids.insert(id).inserted {
            id = "\(base)_\(number)"
            number += 1
        }
        return id
    }

    /// The profile's text; `profile check` points at what a person must still write.
    var text: String {
        let source = "\(tool) file \(origin.path), SHA-256 \(origin.sha256.prefix(16))"
        let head = [
            "# Made from \(Wording.shortened(origin.path)) of \(tool).",
            "# `plumbline profile check` says what is still open.",
            "profile: \(ProfileText.scalar(name))",
            "revision: 1",
            "manufacturer: \(ProfileText.quoted(manufacturer))",
            "model: \(ProfileText.quoted(model))",
            "protocol: modbus",
            "source: \(ProfileText.quoted(source))",
            "points:",
        ]
        return (head + lines).joined(separator: "\n") + "\n"
    }
}
