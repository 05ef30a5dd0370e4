import Codecs
import Gateway
import Glibc
import Profiles

extension Command {
    /// `plumbline scan TEXT|-`: reads a mark as a scanner would have sent it; with a plan, what its patterns
    /// take a code of one word for; with a configuration, what speaks against the part there.
    static let scan = Command(
        name: "scan", operands: "TEXT|- [--plan FILE]",
        summary:
            "reads a part mark: symbology, format, elements, serial, part number, UII (escapes: \\x1d)",
        values: ["--plan"]
    ) { arguments, console in
        guard arguments.words.count == 2, let text = arguments.words.last else {
            throw UsageError(message: "give one mark, or - to read it from standard input")
        }
        let bytes: [UInt8]
        do {
            bytes = text == "-" ? try standardInput() : try PartMark.unescape(text)
        } catch let error as MarkError {
            throw CommandFailure(
                .mismatch, "the escape at byte \(error.offset) cannot be read: \(error.what)")
        }
        try refuseOtherCodes(bytes)
        let codes = try arguments.values["--plan"].map(plainCodes)
        let mark: PartMark
        do throws(MarkError) {
            mark = try PartMark.parse(bytes)
        } catch {
            if console.usesJSON { console.print(CanonicalJSON.text(refusal(error, bytes))) }
            throw CommandFailure(
                .mismatch,
                ([error.description] + MarkExcerpt.lines(bytes, at: error.offset)).joined(separator: "\n"))
        }
        let meaning = codes.map { mark.meaning(by: $0) }
        let here = try partHere(mark, arguments)
        if here != nil {
            let asked = ["serial": JSONValue.optional(mark.serial), "uii": .optional(mark.uii)]
            try arguments.noteReading("scan", asked, found: 1, console)
        }
        if console.usesJSON {
            console.print(CanonicalJSON.text(mark.json(meaning, here)))
        } else {
            let planned = (meaning.map { [("by the plan", $0)] } ?? []) + (here?.lines ?? [])
            for (name, value) in lines(mark) + planned { console.print(name.padded(to: 21) + value) }
        }
        return here?.isRefused == true ? .mismatch : .success
    }

    /// What a gateway with the configuration that `--config` names makes of `mark`; nil without one.
    private static func partHere(_ mark: PartMark, _ arguments: Arguments) throws -> PartHere? {
        guard arguments.values["--config"] != nil else { return nil }
        let deployment = try arguments.deployment()
        do {
            let data = arguments.values["--data"] ?? deployment.configuration.dataDirectory
            return try PartHere(mark, deployment, data: data)
        } catch {
            throw CommandFailure(.inputOutput, "\(error)")
        }
    }

    /// What has the form of an action code or of a scanner's setting code is no part at any station.
    private static func refuseOtherCodes(_ bytes: [UInt8]) throws(CommandFailure) {
        let mark = AIMIdentifier(bytes.prefix(3)) == nil ? bytes[...] : bytes.dropFirst(3)
        if let text = String(validating: mark, as: UTF8.self), CodeSet.isCode(text) {
            let word = CodeSet.Code(text).map { " \($0.meaning.word)" } ?? ""
            throw CommandFailure(
                .mismatch, "the form of an action code\(word): no part, whatever set it is of")
        }
        if let maker = ScannerSetting.maker(of: bytes) {
            throw CommandFailure(.mismatch, "a setting code for scanners (\(maker)): no part")
        }
    }

    /// At most one mark from standard input; a line end after it is not part of it.
    private static func standardInput() throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count <= PartMark.longestMark {
            let count = read(STDIN_FILENO, &buffer, buffer.count)
            guard count >= 0 else { throw CommandFailure(.inputOutput, "standard input cannot be read") }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        while let last = bytes.last, last == 0x0A || last == 0x0D { bytes.removeLast() }
        return bytes
    }

    /// The patterns of the plan in the file `path`.
    private static func plainCodes(_ path: String) throws(CommandFailure) -> PlainCode.Table {
        let faults = FaultCollector()
        switch FileSource.disk.read(path) {
        case .failure(let error):
            throw CommandFailure(.configuration, "\(path): cannot be read: \(error.reason)")
        case .success(let bytes):
            guard let plan = PlanFile.read(SourceFile(path: path, bytes: bytes), faults: faults) else {
                throw CommandFailure(
                    .configuration, faults.sorted.map(\.description).joined(separator: "\n"))
            }
            return plan.plainCodes
        }
    }

    private static func lines(_ mark: PartMark) -> [(String, String)] {
        var lines = [("format", "\(mark.format)"), ("symbology", mark.symbology ?? "–")]
        lines += mark.facts.map { ($0.name, $0.value ?? "–") }
        lines += mark.elements.map {
            ("element at \($0.offset)", "\($0.identifier.isEmpty ? "(unknown)" : $0.identifier) \($0.value)")
        }
        lines += mark.derivation.map { ("because", $0.description) }
        return lines
    }

    private static func refusal(_ error: MarkError, _ bytes: [UInt8]) -> JSONValue {
        [
            "refused": ["byte": .number(Int64(error.offset)), "why": .string(error.what)],
            "raw": .string(Hex.text(bytes)),
        ]
    }
}

extension PartMark {
    /// What the mark says of the part, in the order in which people ask.
    fileprivate var facts: [(name: String, value: String?)] {
        var facts = [
            ("serial", serial), ("part number", partNumber), ("original part number", originalPartNumber),
            ("UII", uii), ("lot", lot),
        ]
        // Both are rare, and a line without a value would only raise questions.
        if originalPartNumber == nil || originalPartNumber == partNumber { facts.remove(at: 2) }
        if let partID { facts.append(("id in the QMS", partID)) }
        return facts
    }

    /// What a plan with `codes` takes the mark for.
    fileprivate func meaning(by codes: PlainCode.Table) -> String {
        if let partNumber { return PlainCode.serial(partNumber: partNumber).description }
        let meaning = serial.flatMap(codes.meaning)
        return meaning?.description ?? "nothing: it names no part number, and no pattern fits"
    }

    /// What `scan --json` prints; `meaning` is a plan's, `here` a gateway's.
    fileprivate func json(_ meaning: String?, _ here: PartHere?) -> JSONValue {
        [
            "by_plan": .optional(meaning), "here": here?.json ?? .null,
            "format": .string("\(format)"), "symbology": .optional(symbology), "serial": .optional(serial),
            "part_number": .optional(partNumber), "original_part_number": .optional(originalPartNumber),
            "uii": .optional(uii), "lot": .optional(lot), "part_id": .optional(partID),
            "raw": .string(Hex.text(raw)),
            "elements": .array(
                elements.map {
                    [
                        "identifier": .string($0.identifier), "value": .string($0.value),
                        "offset": .number(Int64($0.offset)),
                    ]
                }),
            "derivation": .array(derivation.map { .string($0.description) }),
            "derived": .array(
                derivation.map {
                    [
                        "fact": .string($0.fact.rawValue),
                        "from": .array($0.sources.map(JSONValue.string)),
                    ]
                }),
        ]
    }
}

extension String {
    /// This text with blanks added up to `width` characters, and always at least one.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
