internal import Codecs

/// What came after the inspections, and everything in the order in which it was written.
extension PartStory {
    /// What people decided later; nothing where nobody did.
    var dispositions: String {
        let rows = bundle.leaves.filter { PartEntries.isDisposition($0.body) }.map { leaf in
            [
                String(leaf.seq), HTMLText.escaped(Self.time(leaf.body["at"])),
                HTMLText.element("strong", Self.text(leaf.body["disposition"])),
                HTMLText.escaped(Self.text(leaf.body["by"] ?? leaf.body["operator"])),
                HTMLText.escaped(Self.text(leaf.body["reason"] ?? leaf.body["text"])),
                Self.code(Self.text(leaf.body["record"])),
            ]
        }
        guard !rows.isEmpty else { return "" }
        return section(
            "Decided later",
            HTMLText.table(["Entry", "When", "Decision", "By", "Why", "Of record"], class: "decided", rows))
    }

    var deliveries: String {
        let rows = bundle.deliveries.map { delivery in
            let receipt = receipts[DeliveryName(record: delivery.record, sink: delivery.sink)]
            return [
                HTMLText.escaped(delivery.sink),
                HTMLText.escaped("\(delivery.state.rawValue), attempts: \(delivery.attempts)"),
                HTMLText.escaped(Self.time(receipt?.body["at"])),
                HTMLText.escaped(receipt.map { "entry \($0.seq)" } ?? delivery.lastError ?? "–"),
                Self.code(Self.text(receipt?.body["sha256"])), Self.code(delivery.record),
            ]
        }
        guard !rows.isEmpty else { return "" }
        return section(
            "Where it was sent",
            HTMLText.table(
                ["Sink", "State", "Receipt of", "Receipt", "SHA-256 in the receipt", "Record"],
                class: "sent", rows))
    }

    var timeline: String {
        let rows = bundle.leaves.map { leaf in
            [
                String(leaf.seq), HTMLText.escaped(Self.time(leaf.body["at"] ?? leaf.body["ended_at"])),
                HTMLText.escaped(Self.happened(leaf.body)),
            ]
        }
        return section(
            "Everything in order",
            HTMLText.element(
                "p", "Each line is an entry of the ledger; the bundle has each whole, with its proof.")
                + "\n" + HTMLText.table(["Entry", "When", "What"], class: "timeline", rows))
    }

    /// What an entry tells of, in a line.
    private static func happened(_ body: JSONValue) -> String {
        if PartEntries.isRecord(body) {
            return "The record was written: \(text(body["result"]))"
        }
        if PartEntries.isReceipt(body) {
            return "Receipt of \(text(body["sink"])) for the record (\(text(body["outcome"])))"
        }
        if PartEntries.isDisposition(body) {
            return "Decided: \(text(body["disposition"]))" + details(body)
        }
        switch body["event"]?.text {
        case "gateway.started":
            let software = body["software"]
            return "The gateway \(text(body["gateway"])) had started, with \(text(software?["name"])) "
                + "\(text(software?["version"]))"
        case "cycle.opened":
            return "The part was scanned at \(text(body["station"])), inspector \(text(body["inspector"])), "
                + "try \(text(body["attempt"]))"
        case "cycle.step":
            return "Step completed: \(text(body["step"]?["title"])), by \(text(body["step"]?["device"]))"
                + outcome(of: body["results"])
        case "cycle.result":
            return "A result in step \(text(body["step"]?["step"])), sample "
                + "\(text(body["happened"]?["sample"])), by \(text(body["happened"]?["device"]))"
                + outcome(of: body["happened"]?["results"])
        case let event?: return words(event) + details(body)
        case nil: return "An entry of the form \(text(body["schema"]))" + details(body)
        }
    }

    private static func outcome(of results: JSONValue?) -> String {
        let values = (results?.elements ?? []).map { result in
            "\(words(text(result["characteristic"]))) \(text(result["value"])) \(text(result["result"]))"
        }
        return values.isEmpty ? "" : ": " + values.joined(separator: ", ")
    }

    /// Members that say more, in this order.
    private static let telling = [
        "text", "because", "reason", "detail", "finding", "severity", "action", "code", "device", "purpose",
        "outcome", "sink", "operator", "by", "state",
    ]

    private static func details(_ body: JSONValue) -> String {
        let told = telling.compactMap { key -> String? in
            guard let value = body[key] ?? body["happened"]?[key], value != .null else { return nil }
            return "\(words(key)) \(text(value))"
        }
        return told.isEmpty ? "" : " – " + told.joined(separator: "; ")
    }
}
