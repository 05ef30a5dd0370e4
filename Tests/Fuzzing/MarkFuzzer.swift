import Codecs

/// Damaged part marks, with a second opinion on each that is still read.
enum MarkFuzzer {
    /// ISO/IEC 15434 messages of data identifiers: what is read is one whole envelope, and its UII is what
    /// the elements form when they are put together another way.
    static func messages(_ inputs: Int, seed: UInt64) -> FuzzTally {
        let samples = [
            message("06", ["17V98897", "1P4L0014-163B", "SSA10197"]),
            message("06", ["12V194532636", "1P1234", "S786950", "30TLOT 5"]),
            message("06", ["7LW81XYZ", "1T77", "S1"]), message("06", ["18S0CVA5786950"]),
            message("06", ["25SUN1945326361234786950", "30P4L0014-B"]),
            message("12", ["MFR 0CVA5", "SER 674A36458"]),
            message("DD", ["DUN 194532636", "PNO 1", "SEQ 2"]),
            message("05", ["8004061414100012345", "0109506000134352"]),
        ]
        return fuzz(
            "iso15434", samples, inputs, seed, symbologies: [nil, "]d1"], opinion: MessageOracle.fault)
    }

    /// GS1 element strings: the elements of what is read, put one behind the other, are the mark again.
    static func elementStrings(_ inputs: Int, seed: UInt64) -> FuzzTally {
        let samples = [
            "010950600013435221SA10197\u{1D}10L7", "11261121010950600013435221SA1", "800309506000134352AB-1",
            "8004061414100012345\u{1D}0109506000134352", "0109506000134352310200012524012\u{1D}21A\u{1D}",
            "\u{1D}010950600013435221SA10197", "3812345\u{1D}010950600013435221SA10197",
        ].map { Array($0.utf8) }
        return fuzz("gs1", samples, inputs, seed, symbologies: ["]d2", "]C1"], opinion: ElementOracle.fault)
    }

    /// Plain codes and web addresses, with and without AIM identifiers.
    static func words(_ inputs: Int, seed: UInt64) -> FuzzTally {
        let samples = [
            "SA10197", "]C0FI-000123", "https://example.com/01/09506000134352/10/L7/21/SA1?17=261231",
            "https://acme.example/parts/0191c0de-1111-4222-8333-444455556666",
            "[)>\u{1E}06\u{1D}SSA1\u{1E}\u{04}",
            "https://example.com/01/09506000134352/21/%53A%31",
        ].map { Array($0.utf8) }
        return fuzz("mark", samples, inputs, seed, symbologies: [nil, nil, "]C0", "]Q1"]) { _ in nil }
    }

    private static func message(_ format: String, _ fields: [String]) -> [UInt8] {
        Array("[)>\u{1E}\(format)".utf8) + fields.flatMap { [0x1D] + Array($0.utf8) } + [0x1E, 0x04]
    }

    private static func fuzz(
        _ subject: String, _ samples: [[UInt8]], _ inputs: Int, _ seed: UInt64, symbologies: [String?],
        opinion: (PartMark) -> String?
    ) -> FuzzTally {
        var tally = FuzzTally(subject)
        var random = FuzzRandom(seed: seed)
        let whole = samples.map { try? PartMark.parse($0, symbology: symbologies.last ?? nil).serial }
        for _ in 0..<inputs {
            tally.inputs += 1
            let sample = random.below(samples.count)
            var bytes = samples[sample]
            switch random.below(20) {
            case 0: bytes = random.bytes(random.below(80))
            case 1:
                bytes.insert(contentsOf: samples[random.below(samples.count)], at: random.below(bytes.count))
            default: random.damage(&bytes)
            }
            do throws(MarkError) {
                let mark = try PartMark.parse(bytes, symbology: symbologies[random.below(symbologies.count)])
                if mark.serial == whole[sample] { tally.intact += 1 } else { tally.plausible += 1 }
                if let fault = keeping(mark, bytes) ?? opinion(mark) { tally.find(fault, bytes, seed: seed) }
            } catch {
                let isPlain = error.what.utf8.allSatisfy { (0x20...0x7E).contains($0) }
                if !isPlain { tally.find("a reason that is not printable", bytes, seed: seed) }
                if !(0...bytes.count).contains(error.offset) {
                    tally.find("refused at byte \(error.offset)", bytes, seed: seed)
                }
            }
        }
        return tally
    }

    /// What is wrong with how `mark` keeps `bytes`.
    private static func keeping(_ mark: PartMark, _ bytes: [UInt8]) -> String? {
        // An AIM identifier in front is the symbology and no part of the mark.
        guard mark.raw == bytes || Array((mark.symbology ?? "").utf8) + mark.raw == bytes else {
            return "another mark than was scanned"
        }
        guard mark.serial ?? mark.partID != nil else { return "a mark that names nothing" }
        return (mark.uii?.utf8.count ?? 0) > 50 ? "a UII of more than 50 characters" : nil
    }
}

/// A second reading of envelopes, by splitting texts.
private enum MessageOracle {
    private static let agencies = [
        "17V": "D", "12V": "UN", "7L": "LD", "3V": "", "18V": "", "CAG": "D", "MFR": "D", "SPL": "D",
        "DUN": "UN", "EUC": "",
    ]

    static func fault(_ mark: PartMark) -> String? {
        // Damage may turn the message into another form altogether.
        guard case .iso15434(let format) = mark.format else { return nil }
        let text = mark.raw.map { Character(Unicode.Scalar($0)) }
        guard text.filter({ $0 == "\u{1E}" }).count == 2, text.suffix(2) == ["\u{1E}", "\u{04}"] else {
            return "not one whole envelope"
        }
        guard format != "05" else { return nil }
        let fields = text.dropLast(2).split(separator: "\u{1D}", omittingEmptySubsequences: false).dropFirst()
        var values: [String: String] = [:]
        for field in fields { put(String(field), format, in: &values) }
        let expected = uii(values)
        guard mark.uii == expected else { return "UII \(mark.uii ?? "none"), not \(expected ?? "none")" }
        return nil
    }

    private static func put(_ field: String, _ format: String, in values: inout [String: String]) {
        if format == "06" {
            guard let letter = field.firstIndex(where: { !$0.isNumber }) else { return }
            values[String(field[...letter])] = String(field[field.index(after: letter)...])
        } else {
            values[String(field.prefix(3))] = String(field.dropFirst(4))
        }
    }

    private static func uii(_ values: [String: String]) -> String? {
        for name in ["25S", "UID", "I", "22S"] { if let whole = values[name] { return whole } }
        if let together = values["18S"] { return "D" + together }
        guard let enterprise = agencies.keys.first(where: { values[$0] != nil }) else { return nil }
        let before = (agencies[enterprise] ?? "") + (values[enterprise] ?? "")
        if let serial = values["SER"] ?? values["UCN"] { return before + serial }
        guard let serial = values["S"] ?? values["SEQ"],
            let within = values["1P"] ?? values["PNO"] ?? values["1T"] ?? values["LOT"]
        else { return nil }
        return before + within + serial
    }
}

/// A second opinion on element strings: they are the mark again, and its check digit fits.
private enum ElementOracle {
    static func fault(_ mark: PartMark) -> String? {
        guard mark.format == .gs1 else { return nil }
        var rest = mark.raw[...]
        if rest.first == 0x1D { rest.removeFirst() }
        for element in mark.elements {
            let bytes = Array((element.identifier + element.value).utf8)
            guard rest.starts(with: bytes), rest.startIndex == element.offset else {
                return "an element that does not stand at \(element.offset)"
            }
            rest.removeFirst(bytes.count)
            if rest.first == 0x1D { rest.removeFirst() }
            guard element.identifier != "01" || isSound(element.value) else { return "a wrong check digit" }
        }
        return rest.isEmpty ? nil : "bytes that belong to no element"
    }

    /// By weights from the left, where the one under test counts from the right.
    private static func isSound(_ number: String) -> Bool {
        let digits = number.compactMap(\.wholeNumberValue)
        let sum = digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 3 : 1) }
        return digits.count == 14 && sum % 10 == 0
    }
}
