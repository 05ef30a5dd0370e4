package import Metrology

/// One form in which a device writes a line: literal characters and fields, from the first character to the
/// last. Reading one is a single pass without going back.
package struct LineForm: Sendable, Equatable {
    /// As the profile writes it: `# {pset:1} {torque:5}`.
    package let text: String
    package let parts: [Part]
    package let meaning: Meaning
    /// Whether nobody has confirmed it against a manual or a device.
    package let isUnconfirmed: Bool
    package let place: SourcePlace

    /// One part of a line.
    package enum Part: Sendable, Equatable {
        /// Exactly these characters.
        case literal([UInt8])
        /// Any number of blanks, also none.
        case blanks
        /// The value of a point: so many characters, or as many as it has.
        case field(point: String, width: Int?)
        /// Characters of no interest: so many, or up to the next part.
        case skipped(width: Int?)
    }

    /// What a line of this form says.
    package enum Meaning: Sendable, Equatable {
        case values
        /// Nothing can be read, for this reason.
        case complaint(Quality.Defect, String)
        /// It is no reading.
        case nothing
    }

    /// The points that it holds.
    package var points: [String] {
        parts.compactMap { part in
            guard case .field(let point, _) = part else { return nil }
            return point
        }
    }

    /// Where each point stands in `line`; nil where the line has another form.
    func fields(of line: [UInt8], _ points: [String: LinePoint]) -> [String: ArraySlice<UInt8>]? {
        var fields: [String: ArraySlice<UInt8>] = [:]
        var rest = line[...]
        for (index, part) in parts.enumerated() {
            let width: Int?
            switch part {
            case .literal(let bytes): width = rest.starts(with: bytes) ? bytes.count : nil
            case .blanks: width = rest.prefix { $0 == UInt8(ascii: " ") }.count
            case .skipped(let fixed): width = fixed ?? distance(from: rest, toPartAfter: index)
            case .field(let id, let fixed):
                width = fixed ?? points[id].flatMap { self.width(of: $0, in: rest, at: index) }
                if let width, width <= rest.count { fields[id] = rest.prefix(width) }
            }
            guard let width, width <= rest.count else { return nil }
            rest = rest.dropFirst(width)
        }
        return rest.isEmpty ? fields : nil
    }

    /// How many characters at the beginning of `rest` are the value of `point`; nil where there is none.
    private func width(of point: LinePoint, in rest: ArraySlice<UInt8>, at index: Int) -> Int? {
        let width: Int?
        switch point.meaning {
        case .text: width = distance(from: rest, toPartAfter: index)
        case .words(let words): width = words.first { rest.starts(with: $0.written) }?.written.count
        case .number(let number):
            width =
                number.missing.first { rest.starts(with: $0) }?.count
                ?? rest.prefix { number.mayHold($0) }.count
        }
        return width == 0 ? nil : width
    }

    /// Characters up to the literal or the blanks behind part `index`, or to the end.
    private func distance(from rest: ArraySlice<UInt8>, toPartAfter index: Int) -> Int? {
        guard index + 1 < parts.count else { return rest.count }
        switch parts[index + 1] {
        case .literal(let bytes):
            return rest.indices.first { rest[$0...].starts(with: bytes) }.map { $0 - rest.startIndex }
        default: return rest.prefix { $0 != UInt8(ascii: " ") }.count
        }
    }
}
