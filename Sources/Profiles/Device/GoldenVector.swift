internal import Codecs
package import Metrology

/// A reply of a real device or of its manual, and what it must decode to.
///
/// ```yaml
/// - {request: {address: 0x4100, count: 2}, reply: "03040001609e", with: {decimals: 2, total_unit: 5},
///    expect: {total_a1: "902.70 [gal_us]", temp_a: {bad: sentinel}}}
/// ```
package struct GoldenVector: Sendable, Equatable {
    package let table: RegisterTable
    package let address: Int
    package let count: Int
    /// The whole reply PDU, function code first.
    package let reply: [UInt8]
    /// Raw numbers of points that the reply does not hold: decimals, unit codes.
    package let with: [String: Int128]
    package let expected: [Expectation]
    package let place: SourcePlace

    /// What one point must say.
    package struct Expectation: Sendable, Equatable {
        package let point: String
        package let outcome: Outcome
        package let place: SourcePlace
    }

    /// What decoding must come to.
    package enum Outcome: Sendable, Equatable {
        /// The value's text, with or without its unit behind a blank.
        case value(String)
        /// It must be bad, for this reason.
        case bad(Quality.Defect)
    }
}

extension DeviceProfile {
    /// What is wrong with the profile's golden vectors: one fault for each point that decodes to something
    /// else. Empty where all are right.
    package func vectorFaults() -> [Fault] {
        lines?.vectorFaults() ?? registers?.vectors.flatMap { faults(of: $0) } ?? []
    }

    private func faults(of vector: GoldenVector) -> [Fault] {
        guard let map = registers else { return [] }
        let request = ReadRequest(
            id: "vector", table: vector.table, address: vector.address, count: vector.count,
            moment: .onDemand,
            points: map.points.filter { $0.table == vector.table && $0.lies(within: vector) })
        guard let data = request.data(ofReply: vector.reply) else {
            return [
                Fault(
                    vector.place,
                    "the reply is no answer of \(vector.count) to function \(vector.table.readFunction)",
                    "write function code, byte count \(request.replyByteCount) and the bytes, as in the "
                        + "manual"
                )
            ]
        }
        var known: [String: PointReading] = [:]
        for (id, raw) in vector.with {
            known[id] = map.point(id)?.assumed(raw)
        }
        let readings = request.decode(data, knowing: known)
        return vector.expected.compactMap { $0.fault(in: readings) }
    }
}

extension GoldenVector.Expectation {
    /// How its point differs from it among `readings`; nil where it does not.
    func fault(in readings: [PointReading]) -> Fault? {
        guard let mismatch = outcome.mismatch(with: readings.first { $0.point == point }) else { return nil }
        return Fault(
            place, "point \(Wording.quoted(point)) \(mismatch)",
            "correct the point or the vector; the manual decides")
    }
}

extension DevicePoint {
    fileprivate func lies(within vector: GoldenVector) -> Bool {
        address >= vector.address && addresses.upperBound <= vector.address + vector.count
    }

    /// The reading that this point would have given for a raw number; bad where it means nothing.
    fileprivate func assumed(_ raw: Int128) -> PointReading {
        switch meaning {
        case .words(let words):
            words[raw].map {
                PointReading(point: id, value: .text($0), unit: nil, raw: [], quality: .good)
            } ?? bad(.malformed)
        default:
            PointReading(point: id, value: .decimal(ExactDecimal(raw)), unit: nil, raw: [], quality: .good)
        }
    }
}

extension GoldenVector.Outcome {
    /// How `reading` differs from this; nil where it does not.
    fileprivate func mismatch(with reading: PointReading?) -> String? {
        guard let reading else { return "is not in the reply" }
        switch (self, reading.quality) {
        case (.bad(let expected), .bad(let defect)):
            return defect == expected ? nil : "is bad by \(defect.rawValue), not \(expected.rawValue)"
        case (.bad(let expected), .good):
            return "is \(reading.shown), not bad by \(expected.rawValue)"
        case (.value(let text), .bad(let defect)):
            return "is bad by \(defect.rawValue), not \(Wording.quoted(text))"
        case (.value(let text), .good):
            let value = reading.value?.description ?? ""
            return [value, reading.shown].contains(text)
                ? nil : "is \(reading.shown), not \(Wording.quoted(text))"
        }
    }
}

extension PointReading {
    /// Value and unit as a person reads them.
    fileprivate var shown: String {
        (value?.description ?? "nothing") + (unit.map { $0.code == "1" ? "" : " " + $0.code } ?? "")
    }
}
