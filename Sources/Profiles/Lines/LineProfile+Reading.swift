package import Metrology

extension LineProfile {
    /// What `line`, without prefix and suffix, says. Every reading keeps the whole line as its bytes.
    ///
    /// A line that fits no form says nothing good, and one that fits two is not guessed at.
    package func read(_ line: [UInt8]) -> LineReading {
        let byID = Dictionary(points.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var found: (form: LineForm, fields: [String: ArraySlice<UInt8>])?
        for form in forms {
            guard let fields = form.fields(of: line, byID) else { continue }
            if let found {
                return unknown(line, "it fits \(found.form.text) as well as \(form.text)")
            }
            found = (form, fields)
        }
        guard let found else { return unknown(line, "it has none of the forms of its profile") }
        switch found.form.meaning {
        case .nothing: return LineReading(kind: .nothing, readings: [], isDisowned: false)
        case .complaint(let defect, let text):
            return LineReading(
                kind: .complaint(text), readings: points.map { $0.bad(defect, line) },
                isDisowned: defect == .flagged)
        case .values:
            let readings = points.map { point in
                found.fields[point.id].map { point.reading(of: $0, in: line) } ?? point.bad(.malformed, line)
            }
            // A word that cannot be read is not the same as none: nothing may stand in for it.
            let said = Dictionary(
                readings.filter { found.fields[$0.point] != nil }.map { ($0.point, $0) },
                uniquingKeysWith: { first, _ in first })
            return LineReading(
                kind: .values, readings: zip(points, readings).map { $0.withUnit($1, said) },
                isDisowned: false)
        }
    }

    private func unknown(_ line: [UInt8], _ why: String) -> LineReading {
        LineReading(kind: .unknown(why), readings: points.map { $0.bad(.malformed, line) }, isDisowned: false)
    }
}

extension LinePoint {
    /// A reading without a value.
    package func bad(_ defect: Quality.Defect, _ line: [UInt8] = []) -> PointReading {
        PointReading(point: id, value: nil, unit: nil, raw: line, quality: .bad(defect))
    }

    /// What `field` says; of a number the unit is still open.
    fileprivate func reading(of field: ArraySlice<UInt8>, in line: [UInt8]) -> PointReading {
        let value: PointValue?
        switch meaning {
        case .text:
            let text = field.trimmed
            let isPrintable = text.allSatisfy { (0x20...0x7E).contains($0) }
            value = isPrintable ? .text(String(decoding: text, as: UTF8.self)) : nil
        case .words(let words):
            let written = field.trimmed
            value = words.first { $0.written[...].trimmed == written }.map { .text($0.word) }
        case .number(let number):
            if number.missing.contains(where: { $0[...].trimmed == field.trimmed }) {
                return bad(.sentinel, line)
            }
            value = number.value(field).map { .decimal($0) }
        }
        guard let value else { return bad(.malformed, line) }
        return PointReading(point: id, value: value, unit: nil, raw: line, quality: .good)
    }

    /// `reading` in its unit; bad where the line does not say it and the profile names none.
    fileprivate func withUnit(_ reading: PointReading, _ said: [String: PointReading]) -> PointReading {
        guard let number, reading.quality == .good, let value = reading.value?.decimal else { return reading }
        let unit: UnitOfMeasure?
        switch number.unit {
        case .fixed(let fixed): unit = fixed
        case .from(let point, let otherwise):
            if let word = said[point] {
                unit = word.value.flatMap { UnitOfMeasure($0.description) }
            } else {
                unit = otherwise
            }
        }
        guard let unit, unit.kind == number.kind else { return bad(.malformed, reading.raw) }
        let isPlausible = number.valid?.contains(value) != false
        return PointReading(
            point: id, value: reading.value, unit: unit, bytes: reading.bytes,
            quality: isPlausible ? .good : .bad(.implausible))
    }
}
