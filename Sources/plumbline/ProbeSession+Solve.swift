import Codecs
import Metrology
import Profiles
import Transports

extension ProbeSession {
    /// Answers that are shown unless all are asked for: what comes after them is hardly ever right.
    private static let mostShown = 8
    /// More registers than these are searched, but not listed.
    private static let mostListed = 16
    /// Registers that are searched where no address was named.
    private static let searched = 0..<100

    /// Reads what could hold the expected values, and shows every way to read them.
    func solve() async throws -> ExitCode {
        guard !options.table.holdsBits else {
            throw UsageError(message: "--expect looks at registers: choose --table holding or input")
        }
        let solver = ByteOrderSolver(table: options.table, asked: options.addresses ?? Self.searched)
        let blocks = try await blocks(for: solver)
        let listing = RegisterListing(table: options.table, blocks: blocks)
        if !console.usesJSON, listing.addresses.count <= Self.mostListed {
            for line in listing.lines(bold: console.bold) { console.print(line) }
        }
        var missing: [String] = []
        for (index, expected) in options.expected.enumerated() {
            let answers = solver.answers(to: expected, in: blocks)
            if answers.isEmpty { missing.append(expected.text) }
            show(answers, expected, id: "value_\(index + 1)")
        }
        guard missing.isEmpty else {
            throw CommandFailure(
                .mismatch,
                "nothing there gives \(missing.joined(separator: ", ")): read again at once after a look at "
                    + "the display, or try another address, count or table")
        }
        return .success
    }

    /// The registers that decide: in one request where the device allows it, else piece by piece.
    private func blocks(for solver: ByteOrderSolver) async throws(CommandFailure) -> [ModbusValueBlock] {
        var blocks: [ModbusValueBlock] = []
        for request in solver.requests(for: options.expected) {
            let span = ProbeLine.Span(table: options.table, addresses: request.whole)
            let outcome = await line.read(span)
            if let block = span.block(outcome) {
                blocks.append(block)
                continue
            }
            guard case .exception(let exception) = outcome, !exception.meansSilence else {
                throw line.failure(outcome, span.text)
            }
            blocks += try await pieces(request.pieces)
        }
        guard !blocks.isEmpty else {
            let asked = options.addresses ?? Self.searched
            throw CommandFailure(
                .device,
                "\(line.name): the device refuses every \(options.table.rawValue) register around "
                    + "\(AddressText.both(options.table, asked.lowerBound)): try another address or --table")
        }
        return blocks
    }

    private func pieces(_ pieces: [Range<Int>]) async throws(CommandFailure) -> [ModbusValueBlock] {
        var blocks: [ModbusValueBlock] = []
        for piece in pieces
        where !blocks.contains(where: { $0.registers(at: piece.lowerBound, count: piece.count) != nil }) {
            let span = ProbeLine.Span(table: options.table, addresses: piece)
            let outcome = await line.read(span)
            if let block = span.block(outcome) {
                blocks.append(block)
            } else if case .exception(let exception) = outcome, !exception.meansSilence {
                continue
            } else {
                throw line.failure(outcome, span.text)
            }
        }
        return blocks
    }

    private func show(_ answers: [ByteOrderAnswer], _ expected: ExpectedReading, id: String) {
        let shown = showsAll ? answers[...] : answers.prefix(Self.mostShown)
        if console.usesJSON {
            for answer in answers { console.print(CanonicalJSON.text(answer.object(expected, id: id))) }
            return
        }
        guard let best = answers.first else { return }
        console.print("")
        console.print(console.bold("\(expected.text) is, best first:"))
        for (number, answer) in shown.enumerated() {
            console.print("\(number + 1). ".leftPadded(to: 4) + answer.sentence)
            console.print("    " + answer.pointLine(id: id, unit: ProfileText.unknownUnit))
        }
        if shown.count < answers.count {
            console.print("    \(answers.count - shown.count) less likely ones: --all shows them")
        }
        console.print("\nthe golden vector of the first, for `vectors:`")
        console.print("    " + best.vectorLine(id: id))
        if answers.count > 1 {
            console.print(
                "\nSeveral fit. Read again when the device shows another value: the true one fits again.")
        }
    }
}

extension ByteOrderAnswer {
    /// `0x4100 (416641), int32 or uint32, ABCD, scale 0.01: 902.70, exactly`.
    fileprivate var sentence: String {
        let beside = ["one before", "", "one behind"][offset + 1]
        var parts = [addressText + (beside.isEmpty ? "" : " (\(beside) the address given)")]
        parts.append(types.map(\.profileName).joined(separator: " or "))
        if case .decimal = value, registers > 1 || byteOrder != .abcd { parts.append(byteOrder.rawValue) }
        if scale != 1 { parts.append("scale \(scale)") }
        let agreement =
            switch match {
            case .exact: ""
            case .rounded: " (rounded)"
            case .near: " (nearly)"
            }
        return parts.joined(separator: ", ") + ": \(value)\(agreement)"
    }

    fileprivate func object(_ expected: ExpectedReading, id: String) -> JSONValue {
        [
            "expected": .string(expected.text), "table": .string(table.rawValue),
            "address": .number(Int64(address)),
            "reference": .number(Int64(AddressText.reference(table, address))),
            "offset": .number(Int64(offset)),
            "types": .array(types.map { .string($0.profileName) }), "byte_order": .string(byteOrder.rawValue),
            "scale": .string(scale.description), "value": .string(value.description),
            "match": .string("\(match)"), "raw": .string(Hex.text(raw)),
            "point": .string(pointLine(id: id, unit: ProfileText.unknownUnit)),
            "vector": .string(vectorLine(id: id)),
        ]
    }
}

extension String {
    /// This text with blanks before it, up to `width` characters.
    fileprivate func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
