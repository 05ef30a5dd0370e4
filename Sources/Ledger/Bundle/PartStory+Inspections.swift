internal import Codecs

/// One record: who and where, what was measured against which limits, by which gauges.
extension PartStory {
    func inspection(_ leaf: EvidenceBundle.Leaf, number: Int) -> String {
        let body = leaf.body
        return section(
            "Inspection \(number): \(Self.text(body["operation"]))",
            Self.facts(leaf) + HTMLText.element("h3", "Measured against limits") + "\n"
                + Self.measurements(body) + HTMLText.element("h3", "Gauges and their calibration") + "\n"
                + Self.gauges(body) + HTMLText.element("h3", "Steps") + "\n" + Self.steps(body))
    }

    private static func facts(_ leaf: EvidenceBundle.Leaf) -> String {
        let body = leaf.body
        let clock = body["clock"]?["synchronized"] == true ? "synchronized" : "not synchronized"
        let plan = body["plan"]
        let findings = (body["gates"]?.elements ?? []).flatMap { gate in
            let told = (gate["findings"]?.elements ?? []).map { text($0["text"]) }
            return ["\(words(text(gate["gate"]))): \(text(gate["answer"]))"] + told
        }
        return HTMLText.facts([
            ("Verdict", badge(text(body["result"]))),
            ("Inspector", HTMLText.escaped(text(body["inspector"]))),
            (
                "Station",
                HTMLText.escaped("\(text(body["station"])), \(text(body["gateway"])), \(text(body["site"]))")
            ),
            ("Started", HTMLText.escaped(time(body["started_at"]))),
            ("Ended", HTMLText.escaped("\(time(body["ended_at"])) (clock \(clock))")),
            ("Try", HTMLText.escaped(text(body["attempt"]))),
            ("Part number", HTMLText.escaped(text(body["part"]?["number"]))),
            ("Mark as scanned", mark(body["part"]?["mark"])),
            ("Plan", HTMLText.escaped("\(text(plan?["id"])) revision \(text(plan?["revision"]))")),
            ("Plan SHA-256", code(text(plan?["sha256"]))),
            ("Provenance", HTMLText.escaped(text(body["provenance"]))),
            ("Checks of the part", HTMLText.escaped(findings.joined(separator: "; "))),
            ("Record", code(text(body["id"])) + HTMLText.escaped(", entry \(leaf.seq)")),
        ])
    }

    /// What the scanner read: as text with control characters by their names, then byte by byte.
    private static func mark(_ mark: JSONValue?) -> String {
        let raw = text(mark?["raw"])
        let letters = (Hex.bytes(raw) ?? []).map { byte in
            (0x20...0x7E).contains(byte)
                ? String(UnicodeScalar(byte)) : "<\(separators[byte] ?? Hex.text([byte]))>"
        }
        let symbology = mark?["symbology"]?.text.map { ", symbology \($0)" } ?? ""
        return HTMLText.escaped(letters.joined() + symbology) + "<br />" + code(raw)
    }

    /// Control characters of marks by their names in ISO/IEC 15434.
    private static let separators: [UInt8: String] = [
        0x04: "EOT", 0x1C: "FS", 0x1D: "GS", 0x1E: "RS", 0x1F: "US",
    ]

    /// Results in their order; the step that measured them stands above them.
    static func measurements(_ body: JSONValue) -> String {
        let titles = Dictionary(
            (body["steps"]?.elements ?? []).map { (ExactText(text($0["step"])), text($0["title"])) }
        ) { first, _ in first }
        var rows: [[String]] = []
        var step: ExactText?
        for result in body["results"]?.elements ?? [] {
            let name = ExactText(text(result["step"]))
            let isFirst = name != step
            step = name
            rows.append([
                isFirst ? HTMLText.element("b", titles[name] ?? name.description) : "",
                characteristic(result),
                HTMLText.element("strong", text(result["value"])) + HTMLText.escaped(unit(result)),
                HTMLText.escaped(limits(result)) + nominal(result),
                badge(text(result["result"])) + HTMLText.escaped(reason(result)),
                HTMLText.escaped(text(result["gauge"]?["id"])), code(text(result["raw"])),
            ])
        }
        return HTMLText.table(
            ["Step", "Characteristic", "Measured", "Limits", "Verdict", "Gauge", "Raw bytes"],
            class: "measured", rows)
    }

    private static func characteristic(_ result: JSONValue) -> String {
        let sample = result["sample"]?.integer ?? 1
        let name = words(text(result["characteristic"])) + (sample > 1 ? " (sample \(sample))" : "")
        return HTMLText.escaped(name) + " " + HTMLText.element("small", text(result["class"]))
    }

    /// A result in words: `full load delivery 137.2 mm³/stroke (122 … 132)`.
    static func measured(_ result: JSONValue) -> String {
        "\(words(text(result["characteristic"]))) \(text(result["value"]))\(unit(result)) "
            + "(limits \(limits(result)))"
    }

    private static func unit(_ result: JSONValue) -> String {
        result["unit"]?.text.map { " " + (shown[$0] ?? $0) } ?? ""
    }

    /// Units of UCUM that read better another way; the entry has the code itself.
    private static let shown = [
        "mm3/{stroke}": "mm³/stroke", "Cel": "°C", "deg": "°", "N.m": "N·m", "um": "µm", "1": "",
    ]

    private static func limits(_ result: JSONValue) -> String {
        if let expected = result["expected"]?.text { return "must be \(expected)" }
        return switch (result["lsl"]?.text, result["usl"]?.text) {
        case (let low?, let high?): "\(low) … \(high)"
        case (let low?, nil): "≥ \(low)"
        case (nil, let high?): "≤ \(high)"
        case (nil, nil): "none"
        }
    }

    private static func nominal(_ result: JSONValue) -> String {
        result["nominal"]?.text.map { " " + HTMLText.element("small", "nominal \($0)") } ?? ""
    }

    private static func reason(_ result: JSONValue) -> String {
        result["reason"]?.text.map { " " + words($0) } ?? ""
    }

    private static func gauges(_ body: JSONValue) -> String {
        let rows = (body["results"]?.elements ?? []).compactMap { $0["gauge"] }.map { gauge in
            let calibration = gauge["calibration"]
            return [
                HTMLText.escaped(text(gauge["id"])), HTMLText.escaped(text(gauge["serial"])),
                HTMLText.escaped(text(calibration?["certificate"])),
                HTMLText.escaped(text(calibration?["due"])), HTMLText.escaped(text(calibration?["status"])),
                HTMLText.escaped("\(text(gauge["profile"])) revision \(text(gauge["profile_revision"]))"),
                code(text(gauge["profile_sha256"])),
            ]
        }
        var seen: Set<[ExactText]> = []
        return HTMLText.table(
            [
                "Gauge", "Serial number", "Certificate", "Valid until", "Status then", "Profile",
                "Profile SHA-256",
            ], class: "gauges", rows.filter { seen.insert($0.map(ExactText.init)).inserted })
    }

    private static func steps(_ body: JSONValue) -> String {
        let rows = (body["steps"]?.elements ?? []).map { step in
            [
                HTMLText.escaped(text(step["title"])), HTMLText.escaped(text(step["device"])),
                HTMLText.escaped(settings(step["set"])), HTMLText.escaped(text(step["bound_as"])),
                HTMLText.escaped(text(step["sequence"])),
                HTMLText.escaped(step["tries"].map { String($0.elements.count) } ?? "1"),
                HTMLText.escaped(time(step["completed_at"])),
            ]
        }
        return HTMLText.table(
            ["Step", "Device", "Set to", "Bound as", "Device’s number", "Results", "Completed"],
            class: "steps", rows)
    }

    private static func settings(_ set: JSONValue?) -> String {
        guard case .object(let members) = set, !members.isEmpty else { return "–" }
        return members.sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
            .map { "\(words($0.key)) \(text($0.value))" }.joined(separator: ", ")
    }
}
