/// How a part is marked.
package enum MarkForm: String, Sendable, CaseIterable {
    /// ISO/IEC 15434 format 06 with enterprise, part number and serial, in a Data Matrix symbol.
    case iuid
    /// The serial alone, in Code 128.
    case plain
}

/// What a scanner sends for one symbol.
package struct ScannedCode: Sendable, Equatable {
    package let text: [UInt8]
    /// AIM identifier, three characters: `]d1` Data Matrix ECC 200, `]C0` Code 128.
    package let aim: String

    package init(text: [UInt8], aim: String) { (self.text, self.aim) = (text, aim) }
}

/// The parts that come to a shop, one after another with rising serials.
package struct PartSupply: Sendable, Equatable {
    /// Serial of the first part; its last digits count up.
    package let firstSerial: String
    package let partNumber: String
    /// CAGE code of the enterprise, for an IUID mark.
    package let cage: String
    package let mark: MarkForm
    /// Health of the parts in turn, from the beginning again after the last; never empty.
    package let healths: [InjectorHealth]
    /// Of every so many parts, this supply is dealt the one at `offset`: stations share one run of serials.
    private var stride = 1
    private var offset = 0

    package init(
        firstSerial: String, partNumber: String, cage: String, mark: MarkForm, healths: [InjectorHealth]
    ) {
        (self.firstSerial, self.partNumber, self.cage) = (firstSerial, partNumber, cage)
        (self.mark, self.healths) = (mark, healths.isEmpty ? [.nominal] : healths)
    }

    /// The share of station `place` of `count`.
    func dealt(to place: Int, of count: Int) -> PartSupply {
        var share = self
        (share.stride, share.offset) = (max(count, 1), place)
        return share
    }

    private func number(_ index: Int) -> Int { index &* stride &+ offset }

    /// Serial of part number `index`, from 0: SA10197, SA10198, …; digits grow where they run out.
    package func serial(_ index: Int) -> String {
        let digits = String(firstSerial.reversed().prefix { ("0"..."9").contains($0) }.prefix(15).reversed())
        let (next, _) = (Int(digits) ?? 0).addingReportingOverflow(number(index))
        let text = String(next)
        let padding = String(repeating: "0", count: max(0, digits.count - text.count))
        return firstSerial.dropLast(digits.count) + padding + text
    }

    package func injector(_ index: Int, seed: UInt64) -> Injector {
        Injector(serial: serial(index), health: healths[number(index) % healths.count], seed: seed)
    }

    package func code(_ index: Int) -> ScannedCode {
        switch mark {
        case .plain: return ScannedCode(text: Array(serial(index).utf8), aim: "]C0")
        case .iuid:
            let elements = ["06", "17V\(cage)", "1P\(partNumber)", "S\(serial(index))"]
            let envelope = "[)>\u{1E}" + elements.joined(separator: "\u{1D}") + "\u{1E}\u{04}"
            return ScannedCode(text: Array(envelope.utf8), aim: "]d1")
        }
    }
}
