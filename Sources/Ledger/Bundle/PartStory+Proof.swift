internal import Codecs

/// The bytes behind the values, and what proves all of it.
extension PartStory {
    /// Bytes that a page shows of one piece; what is longer is whole in the bundle.
    private static let mostShown = 256
    /// Bytes in a row.
    private static let row = 16

    /// What devices sent, by the entry that names it first.
    var evidence: String {
        let pieces = Dictionary(bundle.evidence.map { (ExactText($0.sha256), $0) }) { first, _ in first }
        var seen: Set<ExactText> = []
        var shown = ""
        for leaf in bundle.leaves {
            for hash in PartEntries.evidence(in: leaf.body)
            where seen.insert(ExactText(hash)).inserted {
                shown += figure(hash, pieces[ExactText(hash)]?.bytes, seq: leaf.seq)
            }
        }
        guard !shown.isEmpty else { return "" }
        let about =
            "What the devices sent, byte for byte. Each block is named by its SHA-256 in the entry that "
            + "rests on it; the values above were taken from these bytes by the device’s profile."
        return section("Raw bytes", HTMLText.element("p", about) + "\n" + shown)
    }

    private func figure(_ hash: String, _ bytes: [UInt8]?, seq: Int64) -> String {
        let size = bytes.map { "\($0.count) bytes" } ?? "not in the bundle"
        let caption = HTMLText.escaped("Entry \(seq), \(size), SHA-256 ") + Self.code(hash)
        return "<figure>\n" + HTMLText.wrapped("figcaption", caption) + "\n"
            + (bytes.map { HTMLText.wrapped("pre", Self.dump($0)) + "\n" } ?? "") + "</figure>\n"
    }

    /// Offset, hexadecimal digits, and the same as ASCII where it is.
    private static func dump(_ bytes: [UInt8]) -> String {
        var lines = stride(from: 0, to: min(bytes.count, mostShown), by: row).map { start in
            let part = bytes[start..<min(start + row, bytes.count)]
            let digits = part.map { Hex.text([$0]) }.joined(separator: " ")
            let padding = String(repeating: " ", count: row * 3 + 1 - digits.utf8.count)
            let letters = part.map { (0x20...0x7E).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
            return Hex.text([UInt8(start >> 8), UInt8(start & 0xFF)]) + "  " + digits + padding + letters
        }
        if bytes.count > mostShown { lines.append("… and \(bytes.count - mostShown) more in the bundle") }
        return lines.map(HTMLText.escaped).joined(separator: "\n")
    }

    /// The texts that the inspections went by.
    var texts: String {
        let sizes = Dictionary(bundle.evidence.map { (ExactText($0.sha256), $0.bytes.count) }) { first, _ in
            first
        }
        var seen: Set<ExactText> = []
        var rows: [[String]] = []
        func add(_ what: String, _ hash: String?) {
            guard let hash, seen.insert(ExactText(hash)).inserted else { return }
            let size = sizes[ExactText(hash)].map { "\($0) bytes, in the bundle" } ?? "not in the bundle"
            rows.append([HTMLText.escaped(what), Self.code(hash), HTMLText.escaped(size)])
        }
        for body in bundle.leaves.map(\.body) {
            if PartEntries.isStart(body) { add("configuration of the gateway", body["configuration"]?.text) }
            guard PartEntries.isRecord(body) else { continue }
            let plan = body["plan"]
            add(
                "plan \(Self.text(plan?["id"])) revision \(Self.text(plan?["revision"]))",
                plan?["sha256"]?.text)
            for gauge in (body["results"]?.elements ?? []).compactMap({ $0["gauge"] }) {
                add(
                    "profile \(Self.text(gauge["profile"])) revision \(Self.text(gauge["profile_revision"]))",
                    gauge["profile_sha256"]?.text)
            }
        }
        guard !rows.isEmpty else { return "" }
        return section(
            "What it was inspected by", HTMLText.table(["Text", "SHA-256", "Size"], class: "texts", rows))
    }

    var proof: String {
        let facts = HTMLText.facts([
            ("Ledger", HTMLText.escaped(head.origin)),
            ("Entries under the signed head", HTMLText.escaped("\(head.size)")),
            ("Root", Self.code(Hex.text(head.root))),
            ("Public key, SHA-256", Self.code(SHA256Digest.hex(of: key.publicKey))),
            ("Made at", HTMLText.escaped(bundle.madeAt)),
            ("Made by", HTMLText.escaped(program)),
        ])
        let check = "plumbline ledger verify BUNDLE --key ledger.pub"
        return section(
            "What proves this",
            facts
                + HTMLText.wrapped(
                    "p",
                    HTMLText.escaped(
                        "This page alone proves nothing. The bundle that it is from does, to anyone with the "
                            + "gateway’s public key: ") + Self.code(check)) + "\n"
                + Self.list("With that key the bundle shows", Self.shows)
                + Self.list("It cannot show", Self.hides))
    }

    private var program: String {
        ["name", "version", "build"].map { Self.text(bundle.software[$0]) }.joined(separator: " ")
    }

    private static let shows = [
        "that each entry above stands in the ledger just so, at its number, and was not changed since;",
        "that the raw bytes and texts are those that the entries name;",
        "that each receipt names just the content of its record;",
        "that this page says what the entries say.",
    ]

    private static let hides = [
        "that the gateway’s key was in nobody else’s hands;",
        "that nothing about the part was left out: for that the gateway that signed gives its word;",
        "that a sink holds a record: a receipt is what the gateway wrote of the sink’s answer;",
        "when it was made: that is by the clock of the machine that made it;",
        "that gauges and clocks were right: entries say what the devices told.",
    ]

    private static func list(_ title: String, _ items: [String]) -> String {
        HTMLText.element("h3", title) + "\n"
            + HTMLText.wrapped("ul", items.map { HTMLText.element("li", $0) + "\n" }.joined()) + "\n"
    }
}
