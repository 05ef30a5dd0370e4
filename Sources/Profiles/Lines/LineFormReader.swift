internal import Metrology

/// Reads one entry of a profile's `lines:`.
///
/// ```yaml
/// - {form: "{torque} {unit}"}
/// - {form: "*10", bad: refused, says: "unknown command"}
/// - {form: "%%{*}", ignore: true}
/// ```
/// `{torque}` is a field as long as its value is, `{torque:5}` one of five characters; `{*}` and `{*:4}` are
/// characters of no interest; `{ }` is any number of blanks; `{{` and `}}` are braces. Everything else is
/// itself.
struct LineFormReader {
    let entry: YAMLMapping
    let points: [LinePoint]

    private var faults: FaultCollector { entry.faults }

    /// Parts of one form, and characters of one fixed field: more than any gauge prints.
    private static let mostParts = 64
    private static let widths = 1...64

    func form() -> LineForm? {
        let before = faults.count
        let text = entry.required("form", .text(1...256))
        let meaning = meaning()
        let isUnconfirmed = entry.optional("unconfirmed", .flag) ?? false
        guard let text, let parts = parts(text) else { return nil }
        let form = LineForm(
            text: text, parts: parts, meaning: meaning ?? .values, isUnconfirmed: isUnconfirmed,
            place: entry.place(of: "form"))
        check(form)
        return faults.count == before ? form : nil
    }

    private func meaning() -> LineForm.Meaning? {
        let defect = entry.optional("bad", .defect)
        let says = entry.optional("says", .text(1...200))
        let isIgnored = entry.optional("ignore", .flag) ?? false
        if defect != nil, isIgnored {
            entry.fault("ignore", "a line that says why there is no value is a reading", "remove `ignore`")
        }
        if says != nil, !entry.has("bad") {
            entry.fault("says", "a line with values needs no meaning", "remove it, or add `bad: …`")
        }
        if let defect { return .complaint(defect, says ?? "the device has no value") }
        return isIgnored ? .nothing : .values
    }

    // MARK: The text

    private func parts(_ text: String) -> [LineForm.Part]? {
        var parts: [LineForm.Part] = []
        var literal: [UInt8] = []
        var rest = Array(text.utf8)[...]
        func endLiteral() {
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = []
        }
        while let byte = rest.first {
            rest = rest.dropFirst()
            if byte == Self.open, rest.first != Self.open {
                guard let end = rest.firstIndex(of: Self.close), let part = part(rest[..<end]) else {
                    return refused("a brace is open or holds no name")
                }
                endLiteral()
                parts.append(part)
                rest = rest[(end + 1)...]
                continue
            }
            if byte == Self.open || byte == Self.close {
                guard rest.first == byte else { return refused("a closing brace has no opening one") }
                rest = rest.dropFirst()
            }
            guard (0x20...0x7E).contains(byte) else { return refused("it holds more than printable ASCII") }
            literal.append(byte)
        }
        endLiteral()
        guard parts.count <= Self.mostParts else { return refused("it has \(parts.count) parts") }
        return parts
    }

    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")

    /// What stands between braces; nil where it is nothing that is known.
    private func part(_ bytes: ArraySlice<UInt8>) -> LineForm.Part? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text == " " { return .blanks }
        let pair = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var width: Int?
        if pair.count == 2 {
            guard let number = Int(pair[1]), Self.widths.contains(number) else { return nil }
            width = number
        }
        guard let name = pair.first, !name.isEmpty else { return nil }
        return name == "*" ? .skipped(width: width) : .field(point: String(name), width: width)
    }

    private func refused(_ what: String) -> [LineForm.Part]? {
        entry.fault(
            "form", "the form cannot be read: \(what)",
            "write characters as they are, `{point}`, `{point:5}`, `{*}`, `{*:4}` and `{ }`")
        return nil
    }

    // MARK: What it means

    private func check(_ form: LineForm) {
        for point in form.points where !points.contains(where: { $0.id == point }) {
            entry.fault(
                "form", "point \(Wording.quoted(point)) does not exist",
                NearestName.remedy(for: point, among: points.map(\.id)))
        }
        if form.meaning != .values, let point = form.points.first {
            entry.fault(
                "form", "a line without values holds \(Wording.quoted(point))", "write `{*}` in its place")
        }
        if Set(form.points).count < form.points.count {
            entry.fault("form", "a point stands there twice", "write `{*}` in one of its places")
        }
        for (part, next) in zip(form.parts, form.parts.dropFirst()) {
            guard let what = unclear(part, next) else { continue }
            entry.fault("form", what, "give it a width, such as `{point:5}`, or put a character between them")
            return
        }
    }

    /// Why the end of `part` cannot be told from the beginning of `next`; nil where it can.
    private func unclear(_ part: LineForm.Part, _ next: LineForm.Part) -> String? {
        switch part {
        case .blanks: return mayBegin(next, with: [UInt8(ascii: " ")]) ? "blanks end where blanks go on" : nil
        case .skipped(nil):
            if case .literal = next { return nil }
            return "what `{*}` skips has no end"
        case .field(let id, nil):
            guard let point = points.first(where: { $0.id == id }) else { return nil }
            return unclear(point, next)
        case .literal, .skipped, .field: return nil
        }
    }

    private func unclear(_ point: LinePoint, _ next: LineForm.Part) -> String? {
        switch (point.meaning, next) {
        case (.words, _), (.text, .literal), (.text, .blanks): return nil
        case (.text, _): return "the end of text \(Wording.quoted(point.id)) cannot be told"
        case (.number(let number), _):
            let bytes = (0x20...0x7E).filter(number.mayHold)
            return mayBegin(next, with: bytes)
                ? "the end of number \(Wording.quoted(point.id)) cannot be told" : nil
        }
    }

    /// Whether what `part` stands for may begin with one of these characters.
    private func mayBegin(_ part: LineForm.Part, with bytes: [UInt8]) -> Bool {
        switch part {
        case .literal(let literal): return literal.first.map(bytes.contains) ?? false
        case .blanks: return bytes.contains(UInt8(ascii: " "))
        case .skipped, .field(_, .some): return true
        case .field(let id, nil):
            switch points.first(where: { $0.id == id })?.meaning {
            case .words(let words): return words.contains { $0.written.first.map(bytes.contains) ?? false }
            case .number(let number): return bytes.contains(where: number.mayHold)
            case .text, nil: return bytes != [UInt8(ascii: " ")]
            }
        }
    }
}
