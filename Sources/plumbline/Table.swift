/// Rows of text in columns that line up, for people.
struct Table {
    let header: [String]
    private(set) var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// The header and rows, each cell padded to its column.
    ///
    /// `style` may colour a cell without changing its width.
    func lines(bold: (String) -> String, style: (String) -> String = { $0 }) -> [String] {
        let widths = header.indices.map { column in
            ([header] + rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        func line(_ cells: [String], _ paint: (String) -> String) -> String {
            let padded = cells.enumerated().map { column, cell in
                let isLast = column == cells.count - 1
                return paint(cell)
                    + (isLast ? "" : String(repeating: " ", count: widths[column] - cell.count + 2))
            }
            return padded.joined()
        }
        return [line(header, bold)] + rows.map { line($0, style) }
    }
}
