import Codecs
import Glibc

extension Command {
    /// `plumbline scan TEXT|-`: reads a mark as a scanner would have sent it.
    static let scan = Command(
        name: "scan", operands: "TEXT|-",
        summary:
            "reads a part mark: symbology, format, elements, serial, part number, UII (\\x1d escapes allowed)"
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
        let mark: PartMark
        do throws(MarkError) {
            mark = try PartMark.parse(bytes)
        } catch {
            throw CommandFailure(.mismatch, "byte \(error.offset): \(error.what)")
        }
        if console.usesJSON {
            console.print(CanonicalJSON.text(json(mark)))
        } else {
            for (name, value) in lines(mark) { console.print(name.padded(to: 13) + value) }
        }
        return .success
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

    private static func lines(_ mark: PartMark) -> [(String, String)] {
        var lines = [
            ("format", "\(mark.format)"), ("symbology", mark.symbology ?? "–"), ("serial", mark.serial),
            ("part number", mark.partNumber ?? "–"), ("UII", mark.uii ?? "–"), ("lot", mark.lot ?? "–"),
        ]
        lines += mark.elements.map { ("element", "\($0.identifier) \($0.value)") }
        lines += mark.derivation.map { ("because", $0) }
        return lines
    }

    private static func json(_ mark: PartMark) -> JSONValue {
        [
            "format": .string("\(mark.format)"), "symbology": .optional(mark.symbology),
            "serial": .string(mark.serial), "part_number": .optional(mark.partNumber),
            "uii": .optional(mark.uii), "lot": .optional(mark.lot), "raw": .string(Hex.text(mark.raw)),
            "elements": .array(
                mark.elements.map { ["identifier": .string($0.identifier), "value": .string($0.value)] }),
            "derivation": .array(mark.derivation.map(JSONValue.string)),
        ]
    }
}

extension String {
    /// This text with blanks added up to `width` characters, and always at least one.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
