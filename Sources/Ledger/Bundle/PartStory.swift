internal import Codecs

/// A bundle told for people: an HTML page that stands by itself, without scripts and without anything from
/// elsewhere, fit for paper.
///
/// It is a function of the bundle, so that whoever checks a bundle makes the story anew and compares. Its
/// form belongs to `plumbline.bundle/1`: once released, another form needs another number.
struct PartStory {
    let bundle: EvidenceBundle
    let head: Checkpoint
    let key: SigningKey
    /// The part's records, in order.
    let records: [EvidenceBundle.Leaf]
    /// The last receipt of each delivery.
    let receipts: [DeliveryName: EvidenceBundle.Leaf]
    /// What was decided of each record later, in order.
    private let decisions: [ExactText: [String]]
    /// Where each record was to be sent.
    private let sinks: [ExactText: [EvidenceBundle.Delivery]]

    init(_ bundle: EvidenceBundle, head: Checkpoint, key: SigningKey) {
        (self.bundle, self.head, self.key) = (bundle, head, key)
        records = bundle.leaves.filter { PartEntries.isRecord($0.body) }
        // A part may have thousands of records: none is looked for among all of them.
        var receipts: [DeliveryName: EvidenceBundle.Leaf] = [:]
        var decisions: [ExactText: [String]] = [:]
        for leaf in bundle.leaves {
            if PartEntries.isReceipt(leaf.body), let name = DeliveryName(receipt: leaf.body) {
                receipts[name] = leaf
            }
            if PartEntries.isDisposition(leaf.body), let record = leaf.body["record"]?.text {
                decisions[ExactText(record), default: []].append(Self.text(leaf.body["disposition"]))
            }
        }
        (self.receipts, self.decisions) = (receipts, decisions)
        sinks = Dictionary(grouping: bundle.deliveries) { ExactText($0.record) }
    }

    var html: String {
        let title = HTMLText.escaped("Inspection history of \(bundle.serial)")
        let inspections = records.enumerated().map { inspection($1, number: $0 + 1) }
        let sections =
            [summary] + inspections + [dispositions, deliveries, timeline, evidence, texts, proof]
        return """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'" />
            <title>\(title)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            \(header)<main>
            \(sections.joined())</main>
            </body>
            </html>

            """
    }

    // MARK: Head and summary

    private var header: String {
        let newest = records.last?.body
        let verdict = newest.map { Self.text($0["result"]) } ?? "NO RECORD"
        let numbers = Self.unique(records.map { Self.text($0.body["part"]?["number"]) })
        let items = Self.unique(records.compactMap { $0.body["part"]?["uii"]?.text })
        let lines = [("Part number", numbers), ("UII", items)].filter { !$0.1.isEmpty }
            .map { "\($0.0) \($0.1.joined(separator: ", "))" }
        let isTest = records.contains { $0.body["provenance"] != "live" }
        let warning = HTMLText.element("p", class: "test", "SIMULATED OR REPLAYED – no real part") + "\n"
        return (isTest ? warning : "") + "<header>\n" + Self.badge(verdict) + "\n" + later
            + HTMLText.element("p", class: "kind", "Inspection history of part") + "\n"
            + HTMLText.element("h1", bundle.serial) + "\n"
            + lines.map { HTMLText.element("p", class: "item", $0) + "\n" }.joined() + "</header>\n"
    }

    /// The last that people decided after the newest record or an earlier one; nothing where nobody did.
    private var later: String {
        let last = bundle.leaves.last { PartEntries.isDisposition($0.body) }
        return last.map {
            HTMLText.element("span", class: "verdict open", "later: \(Self.text($0.body["disposition"]))")
                + "\n"
        } ?? ""
    }

    private var summary: String {
        let sentences = records.enumerated().map { index, leaf in
            HTMLText.wrapped("p", told(leaf.body, number: index + 1)) + "\n"
        }
        let nothing = "No inspection of this part was completed. What happened stands below."
        return section(
            "In short", sentences.isEmpty ? HTMLText.element("p", nothing) + "\n" : sentences.joined())
    }

    /// One inspection in two or three sentences.
    private func told(_ body: JSONValue, number: Int) -> String {
        let who = body["inspector"]?.text.map { "inspector \($0)" } ?? "somebody who was not signed in"
        let what =
            "Inspection \(number), try \(Self.text(body["attempt"])): on \(Self.time(body["ended_at"])) "
            + "\(who) completed the operation \(Self.text(body["operation"])) at station "
            + "\(Self.text(body["station"])), by the plan \(Self.text(body["plan"]?["id"])) revision "
            + "\(Self.text(body["plan"]?["revision"])). \(Self.outcome(body["results"]?.elements ?? [])) "
        let reasons = (body["reasons"]?.elements ?? []).map { Self.words(Self.text($0)) }
        let why = reasons.isEmpty ? "" : " (\(reasons.joined(separator: ", ")))"
        return HTMLText.escaped(what) + "Verdict: "
            + HTMLText.element("strong", Self.text(body["result"])) + HTMLText.escaped(why)
            + ". " + HTMLText.escaped(decided(body) + sent(body))
    }

    /// How many of the results are good, and each that is not.
    private static func outcome(_ results: [JSONValue]) -> String {
        let others = results.filter { $0["result"] != "PASS" }
        guard !results.isEmpty else { return "Nothing was measured." }
        guard !others.isEmpty else {
            return "All measured characteristics (\(results.count)) are within their limits."
        }
        return
            "Of \(results.count) measured characteristics \(results.count - others.count) are within their "
            + "limits; these are not, or could not be decided: "
            + others.map(Self.measured).joined(separator: "; ") + "."
    }

    /// What was decided of a record later.
    private func decided(_ body: JSONValue) -> String {
        let words = body["id"]?.text.flatMap { decisions[ExactText($0)] } ?? []
        return words.isEmpty ? "" : "Decided later: \(words.joined(separator: ", then ")). "
    }

    /// Where a record went, in one sentence for each sink.
    private func sent(_ body: JSONValue) -> String {
        guard let mine = body["id"]?.text.flatMap({ sinks[ExactText($0)] }) else {
            return "The record was not to be sent anywhere."
        }
        return mine.map { delivery in
            switch delivery.state {
            case .delivered: "The ledger has a receipt of \(delivery.sink) for the record."
            case .pending: "The record waits to be sent to \(delivery.sink)."
            case .quarantined: "\(delivery.sink) refused the record; somebody has to look."
            case .withheld: "The record is kept back from \(delivery.sink)."
            }
        }.joined(separator: " ")
    }

    // MARK: What the parts of the page are made of

    func section(_ title: String, _ html: String) -> String {
        "<section>\n" + HTMLText.element("h2", title) + "\n" + html + "</section>\n"
    }

    /// The text of a member; a dash where there is none.
    static func text(_ value: JSONValue?) -> String {
        value?.text ?? value?.integer.map { String($0) } ?? value?.flag.map { $0 ? "yes" : "no" } ?? "–"
    }

    /// `2026-11-21T13:11:08.291606169Z` to the second; anything else as it is.
    static func time(_ value: JSONValue?) -> String {
        let text = text(value)
        guard text.utf8.count == 30, text.utf8.last == UInt8(ascii: "Z") else { return text }
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + " UTC"
    }

    /// `out_of_tolerance` as words.
    static func words(_ code: String) -> String {
        String(code.map { $0 == "_" || $0 == "." ? " " : $0 })
    }

    /// A verdict as its word, which says it without colour too.
    static func badge(_ verdict: String) -> String {
        let style = ["PASS": "pass", "FAIL": "fail"][verdict] ?? "open"
        return HTMLText.element("span", class: "verdict \(style)", verdict)
    }

    static func code(_ text: String) -> String { HTMLText.element("code", text) }

    static func unique(_ texts: [String]) -> [String] {
        var seen: Set<ExactText> = []
        return texts.filter { seen.insert(ExactText($0)).inserted }
    }
}
