internal import Codecs
package import Metrology

/// One read that shows whether a device took what was written, and what it must show.
package struct ReadBack: Sendable, Equatable {
    package let request: ReadRequest
    package let expected: [Expectation]

    /// What one point must show.
    package struct Expectation: Sendable, Equatable {
        /// The point that was written.
        package let written: String
        /// The point that shows it: often the same.
        package let shown: String
        /// Nil where what was written is no value: then nothing that it shows is right.
        package let value: PointValue?
    }

    /// What differs, both values in words; nil where everything is as it was written.
    package func difference(_ readings: [PointReading]) -> String? {
        let different = expected.compactMap { expectation -> String? in
            let reading = readings.first { $0.point == expectation.shown }
            let found = reading?.value.map { "\($0)" } ?? "nothing that can be read"
            guard let value = expectation.value else {
                return "\(expectation.written) reads \(found), and what was written could not be compared"
            }
            if reading?.quality == .good, reading?.value == value { return nil }
            return "\(expectation.written) was set to \(value) and reads \(found)"
        }
        return different.isEmpty ? nil : different.joined(separator: ", ")
    }
}

extension PlannedWrite {
    /// The reads that show what this frame has set; points in `commands` are left out, for a device takes
    /// those back by itself.
    package func readBacks(in map: RegisterMap, except commands: Set<String>) -> [ReadBack] {
        var found: [ReadBack] = []
        for value in values where value.point.isReadBack && !commands.contains(value.point.id) {
            var shown = value.point
            if case .point(let id) = value.point.writing.readBack, let other = map.point(id) { shown = other }
            let check = ReadBack(
                request: ReadRequest(
                    id: "read back", table: shown.table, address: shown.address, count: shown.width,
                    moment: .onDemand, points: [shown]),
                expected: [
                    .init(
                        written: value.point.id, shown: shown.id, value: value.point.meaning(of: value.words))
                ])
            if let last = found.last, let both = last.joined(with: check, most: map.limits.registersPerRead) {
                found[found.count - 1] = both
            } else {
                found.append(check)
            }
        }
        return found
    }
}

extension ReadBack {
    /// Both as one read, where `other` begins where this one ends, or within it.
    fileprivate func joined(with other: ReadBack, most: Int) -> ReadBack? {
        let (mine, theirs) = (request.addresses, other.request.addresses)
        guard request.table == other.request.table, theirs.lowerBound >= mine.lowerBound,
            theirs.lowerBound <= mine.upperBound
        else { return nil }
        let count = max(mine.upperBound, theirs.upperBound) - mine.lowerBound
        guard count <= most else { return nil }
        let joined = ReadRequest(
            id: request.id, table: request.table, address: request.address, count: count, moment: .onDemand,
            points: request.points + other.request.points)
        return ReadBack(request: joined, expected: expected + other.expected)
    }
}

extension RegisterMap {
    /// Points that the device itself changes when it has obeyed: they are not read back.
    package var commands: Set<String> {
        guard let cycle else { return [] }
        var points = [cycle.start?.point, cycle.abort?.point].compactMap { $0 }
        if case .command(let command) = cycle.acknowledge { points.append(command.point) }
        return Set(points)
    }
}

extension DevicePoint {
    /// Throws where these words, written to it, would come back as no value that could be compared.
    func checkComparable(_ words: [UInt16]) throws(WriteRefusal) {
        guard meaning(of: words) == nil else { return }
        let shown = words.map { AddressText.hex(Int($0)) }.joined(separator: " ")
        throw WriteRefusal(
            point: id, what: "\(shown) would not come back as a value, so that nothing could compare it",
            remedy: "write another value, or correct `sentinel`, `valid` or `verify` of the point")
    }

    /// What these words, written to it, mean when they are read; nil where that is no value.
    fileprivate func meaning(of words: [UInt16]) -> PointValue? {
        let bytes = words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let block =
            table.holdsBits
            ? ModbusValueBlock(bitsFrom: address, count: 1, bytes: [words == [0] ? 0 : 1])
            : ModbusValueBlock(registersFrom: address, bytes: bytes)
        let reading = block.readings(of: [self], knowing: [:]).first
        return reading?.quality == .good ? reading?.value : nil
    }
}
