/// A line of a real device or of its manual, and what it must say.
///
/// ```yaml
/// - {line: "-18.78 lbFin", expect: {torque: "-18.78 [lbf_av].[in_i]"}}
/// - {line: "*10", expect: {torque: {bad: refused}}}
/// - {line: "%%CAN81%%", expect: nothing}
/// ```
package struct LineVector: Sendable, Equatable {
    /// Without prefix and suffix.
    package let line: [UInt8]
    /// Empty where the line is no reading.
    package let expected: [GoldenVector.Expectation]
    package let place: SourcePlace
}

extension LineProfile {
    /// What is wrong with the golden vectors; empty where all are right.
    package func vectorFaults() -> [Fault] {
        vectors.flatMap { vector -> [Fault] in
            let reading = read(vector.line)
            guard (reading.kind == .nothing) == vector.expected.isEmpty else {
                return [
                    Fault(
                        vector.place,
                        vector.expected.isEmpty ? "the line is a reading" : "the line is no reading",
                        "correct `lines:` or the vector; the manual decides")
                ]
            }
            return vector.expected.compactMap { $0.fault(in: reading.readings) }
        }
    }
}

/// Reads one entry of the `vectors:` of a device that speaks in lines.
struct LineVectorReader {
    let vector: YAMLMapping
    let points: [LinePoint]

    func read() -> LineVector? {
        let line = vector.required("line", .characters(1...1_024))
        if vector.node("expect")?.text == "nothing" {
            return line.map { LineVector(line: $0, expected: [], place: vector.place) }
        }
        let expected = vector.mapping("expect", "expect")?.namedEntries().compactMap(expectation) ?? []
        if !vector.has("expect") {
            vector.faults.fault(
                vector.place, "the vector expects nothing",
                "add `expect: {point: \"value\"}`, or `expect: nothing`")
        }
        guard let line, !expected.isEmpty else { return nil }
        return LineVector(line: line, expected: expected, place: vector.place)
    }

    private func expectation(_ entry: YAMLNode.Entry) -> GoldenVector.Expectation? {
        guard points.contains(where: { $0.id == entry.key }) else {
            vector.faults.fault(
                entry.place, "point \(Wording.quoted(entry.key)) does not exist",
                NearestName.remedy(for: entry.key, among: points.map(\.id)))
            return nil
        }
        return .read(entry, vector.faults)
    }
}
