internal import Codecs
internal import Metrology

/// Reads tags of EMQ's Neuron from CSV: a header line that names the columns, then one tag a line.
///
/// Facts from Neuron's documentation: an address is `STATION!AREA[.BIT][#ENDIAN][.LENGTH[H|L|D|E]]`; the area
/// has six digits and counts from 1, its first digit is the table; `decimal` multiplies, `bias` is added.
struct NeuronImport {
    private var draft: ProfileDraft
    /// Column of each name.
    private let columns: [String: Int]

    static func read(_ file: SourceFile, name: String, _ faults: FaultCollector) -> ProfileDraft? {
        let rows = CSVRows.read(file.bytes)
        guard let header = rows.first else {
            faults.fault(SourcePlace(file: file.path), "the file is empty", "name Neuron's CSV of tags")
            return nil
        }
        var columns: [String: Int] = [:]
        for (index, cell) in header.cells.enumerated() {
            let word = cell.lowercased().replacing("tag", with: "").filter(\.isLetter)
            columns[word.isEmpty ? "name" : word] = index
        }
        guard columns["name"] != nil, columns["address"] != nil else {
            faults.fault(
                SourcePlace(file: file.path, line: header.line), "no columns `name` and `address`",
                "let the first line name the columns: group,name,address,attribute,type,decimal")
            return nil
        }
        var reader = NeuronImport(
            draft: ProfileDraft(name: name, from: file, of: "Neuron", faults), columns: columns)
        for row in rows.dropFirst() { reader.read(row) }
        return reader.draft
    }

    private func cell(_ name: String, _ row: CSVRows.Row) -> String? {
        guard let index = columns[name], index < row.cells.count, !row.cells[index].isEmpty else {
            return nil
        }
        return row.cells[index]
    }

    private mutating func read(_ row: CSVRows.Row) {
        let name = cell("name", row) ?? "value"
        let type = (cell("type", row) ?? "").uppercased()
        guard let written = cell("address", row), let address = Address(written, type: type) else {
            draft.leaveOut(
                row.cells.joined(separator: ","), line: row.line, "its address or type has no counterpart",
                "write the point by hand")
            return
        }
        var point = ProfileDraft.Point(
            name: name, table: address.table, address: address.number, type: address.type)
        point.byteOrder = address.byteOrder
        point.unit = cell("unit", row)
        point.isWritable =
            address.isWritable && cell("attribute", row)?.lowercased().contains("write") == true
        for (column, key) in [("decimal", \ProfileDraft.Point.scale), ("bias", \.offset)] {
            guard let text = cell(column, row) else { continue }
            guard let number = ExactDecimal(text), number.isBounded else {
                draft.leaveOut(
                    "\(name): \(text)", line: row.line, "its \(column) is no number", "write it anew")
                continue
            }
            // Neuron writes 0 for no decimal.
            if column == "bias" || number != 0 { point[keyPath: key] = number }
        }
        if written.contains("#") {
            draft.leaveOut(
                "\(name): \(written)", line: row.line, "its byte order is that of Neuron's present manual",
                "older releases meant another: confirm it with `plumbline probe`")
        }
        draft.add(point, line: row.line)
    }
}

extension NeuronImport {
    /// An address of Neuron's, taken apart.
    private struct Address {
        let table: RegisterTable
        let number: Int
        let type: ModbusValueType
        let byteOrder: ModbusByteOrder

        /// Parts of a register are not written by themselves, and two tables never are.
        var isWritable: Bool {
            if case .bit = type { return table == .coil }
            return table == .holding
        }

        private static let orders: [String: ModbusByteOrder] = [
            "L": .abcd, "B": .badc, "LL": .abcd, "LB": .badc, "BL": .cdab, "BB": .dcba,
        ]
        /// Names, and the numbers that Neuron's interface uses for them.
        private static let types: [String: ModbusValueType] = [
            "INT16": .int16, "3": .int16, "UINT16": .uint16, "4": .uint16, "WORD": .uint16,
            "INT32": .int32, "5": .int32, "UINT32": .uint32, "6": .uint32, "DWORD": .uint32,
            "INT64": .int64, "7": .int64, "UINT64": .uint64, "8": .uint64, "LWORD": .uint64,
            "FLOAT": .float32, "9": .float32, "DOUBLE": .float64, "10": .float64,
        ]
        private static let layouts: [Character: ModbusValueType.TextLayout] = [
            "H": .highFirst, "L": .lowFirst, "D": .lowByte, "E": .highByte,
        ]

        init?(_ text: String, type written: String) {
            let station = text.split(separator: "!", maxSplits: 1)
            guard station.count == 2 else { return nil }
            let ordered = station[1].split(separator: "#", maxSplits: 1)
            let parts = (ordered.first ?? "").split(separator: ".")
            guard let first = parts.first, let area = Int(first), parts.count <= 2,
                let table = [0: RegisterTable.coil, 1: .discrete, 3: .input, 4: .holding][area / 100_000],
                (1...65_536).contains(area % 100_000)
            else { return nil }
            (self.table, number) = (table, area % 100_000 - 1)
            guard ordered.count < 2 || Self.orders[String(ordered[1]).uppercased()] != nil else { return nil }
            byteOrder = ordered.count == 2 ? Self.orders[String(ordered[1]).uppercased()] ?? .abcd : .abcd
            switch written {
            case "BIT", "11", "BOOL", "12":
                let bit = parts.count == 2 ? Int(parts[1]) : 0
                guard let bit, (0...15).contains(bit) else { return nil }
                type = .bit(bit)
            case "STRING", "13":
                guard parts.count == 2, let type = Self.text(parts[1]) else { return nil }
                self.type = type
            default:
                guard parts.count == 1, !table.holdsBits, let type = Self.types[written] else { return nil }
                self.type = type
            }
        }

        /// `10H`: ten bytes, the high one first; without a letter the low one.
        private static func text(_ part: Substring) -> ModbusValueType? {
            let letter = part.last.flatMap { layouts[$0] }
            let digits = letter == nil ? part : part.dropLast()
            guard let bytes = Int(digits), (1...250).contains(bytes) else { return nil }
            return .text(registers: (bytes + 1) / 2, layout: letter ?? .lowFirst)
        }
    }
}

/// Comma-separated values: cells may stand in quotes, with doubled quotes within (RFC 4180).
enum CSVRows {
    struct Row: Equatable {
        let line: Int
        let cells: [String]
    }

    /// Rows that are read; more make no profile.
    private static let mostRows = 10_000

    /// The rows that are not empty, with the lines that they begin on; commas or semicolons part the cells.
    static func read(_ bytes: [UInt8]) -> [Row] {
        let text = String(decoding: bytes.prefix(YAMLReader.mostBytes), as: UTF8.self)
        let body = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        let separator: Character =
            body.prefix { !$0.isNewline }.contains(";") ? ";" : ","
        var rows: [Row] = []
        var (cells, cell, isQuoted, line, begin) = ([String](), "", false, 1, 1)
        func ended() {
            cells.append(cell.filter { $0 != "\r" })
            if cells.contains(where: { !$0.isEmpty }), rows.count < mostRows {
                rows.append(Row(line: begin, cells: cells.map(Self.trimmed)))
            }
            (cells, cell) = ([], "")
        }
        for character in body {
            if character.isNewline { line += 1 }
            switch character {
            case "\"": isQuoted.toggle()
            case separator where !isQuoted:
                cells.append(cell)
                cell = ""
            case _ where character.isNewline && !isQuoted:
                ended()
                begin = line
            default: cell.append(character)
            }
        }
        ended()
        return rows
    }

    private static func trimmed(_ cell: String) -> String {
        String(cell.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
