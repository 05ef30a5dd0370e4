package import Codecs

/// Everything that a ledger holds about one part, with what proves it: the content of `plumbline.bundle/1`.
///
/// Whoever has the ledger's public key can check it without the ledger.
package struct EvidenceBundle: Sendable, Equatable {
    /// One entry of the ledger, with the proof that it is there.
    package struct Leaf: Sendable, Equatable {
        /// Its number in the ledger, from 1; its index in the tree is one less.
        package let seq: Int64
        package let body: JSONValue
        /// 32 bytes each, from the leaf's sibling up.
        package let proof: [[UInt8]]
    }

    /// Raw bytes that entries name by their hash.
    package struct Piece: Sendable, Equatable {
        /// 64 lower-case hexadecimal digits.
        package let sha256: String
        package let bytes: [UInt8]
    }

    /// How far a record had come on its way to a sink. Only `delivered` is proved, by its receipt.
    package struct Delivery: Sendable, Equatable {
        /// Id of the record.
        package let record: String
        package let sink: String
        package let state: OutboxState
        package let attempts: Int64
        package let lastError: String?
    }

    package let serial: String
    /// When it was made, by the clock of the machine that made it.
    package let madeAt: String
    /// The program that made it, as records name theirs.
    package let software: JSONValue
    /// In the ledger's order.
    package let leaves: [Leaf]
    /// In the order of their hashes, each once.
    package let evidence: [Piece]
    /// In the order of the records, then of the sinks' names.
    package let deliveries: [Delivery]
    /// The signed head of the ledger that the proofs lead to.
    package let checkpoint: String

    /// Hashes that entries name and whose bytes are not here, in order.
    package var missing: [String] {
        let present = Set(evidence.map(\.sha256))
        return Set(leaves.flatMap { PartEntries.hashes(in: $0.body) }).subtracting(present).sorted()
    }

    /// What the first member of a bundle's file says.
    package static let schema = "plumbline.bundle/1"
    /// Most entries about one part; a master part that is measured every day stays far below for decades.
    package static let mostLeaves = 100_000

    /// The part's history as an HTML page for people; `head` is its checkpoint, which `key` signed.
    package func story(under head: Checkpoint, _ key: SigningKey) -> String {
        PartStory(self, head: head, key: key).html
    }

    /// The bundle's content; `story` is that of the same bundle.
    package func content(story: String) -> JSONValue {
        [
            "serial": .string(serial), "made_at": .string(madeAt), "software": software,
            "entries": .array(leaves.map(\.json)), "evidence": .array(evidence.map(\.json)),
            "deliveries": .array(deliveries.map(\.json)), "checkpoint": .string(checkpoint),
            "story": .string(story),
        ]
    }

    /// The bundle that `content` tells of; nil where it is not of that form. What it says more than the
    /// form asks for shows when it is written again.
    package init?(content: JSONValue) {
        guard let serial = content["serial"]?.text, let madeAt = content["made_at"]?.text,
            let software = content["software"], let checkpoint = content["checkpoint"]?.text,
            let entries = content["entries"]?.elements, entries.count <= Self.mostLeaves,
            let evidence = content["evidence"]?.elements, let deliveries = content["deliveries"]?.elements
        else { return nil }
        (self.serial, self.madeAt, self.software) = (serial, madeAt, software)
        self.checkpoint = checkpoint
        self.leaves = entries.compactMap(Leaf.init(json:))
        self.evidence = evidence.compactMap(Piece.init(json:))
        self.deliveries = deliveries.compactMap(Delivery.init(json:))
        guard leaves.count == entries.count, self.evidence.count == evidence.count,
            self.deliveries.count == deliveries.count
        else { return nil }
    }

    init(
        serial: String, madeAt: String, software: JSONValue, leaves: [Leaf], evidence: [Piece],
        deliveries: [Delivery], checkpoint: String
    ) {
        (self.serial, self.madeAt, self.software) = (serial, madeAt, software)
        (self.leaves, self.evidence, self.deliveries) = (leaves, evidence, deliveries)
        self.checkpoint = checkpoint
    }
}

extension EvidenceBundle.Leaf {
    var json: JSONValue {
        ["seq": .number(seq), "body": body, "proof": .array(proof.map { .string(Base64.text($0)) })]
    }

    init?(json: JSONValue) {
        guard let seq = json["seq"]?.integer, seq >= 1, let body = json["body"],
            let proof = json["proof"]?.elements
        else { return nil }
        let hashes = proof.compactMap { $0.text.flatMap { Base64.bytes($0) } }
        guard hashes.count == proof.count, hashes.allSatisfy({ $0.count == SHA256Digest.count }) else {
            return nil
        }
        self.init(seq: seq, body: body, proof: hashes)
    }
}

extension EvidenceBundle.Piece {
    /// Text that people can read stands as it is, everything else as base64.
    var json: JSONValue {
        guard let text else { return ["sha256": .string(sha256), "base64": .string(Base64.text(bytes))] }
        return ["sha256": .string(sha256), "text": .string(text)]
    }

    /// The bytes as text; nil where they are no UTF-8, or hold control characters but line ends and tabs.
    var text: String? {
        let isPlain = bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        return isPlain ? String(validating: bytes, as: UTF8.self) : nil
    }

    init?(json: JSONValue) {
        guard let sha256 = json["sha256"]?.text,
            let bytes = json["text"]?.text.map({ Array($0.utf8) })
                ?? json["base64"]?.text.flatMap({ Base64.bytes($0) })
        else { return nil }
        self.init(sha256: sha256, bytes: bytes)
    }
}

extension EvidenceBundle.Delivery {
    var json: JSONValue {
        [
            "record": .string(record), "sink": .string(sink), "state": .string(state.rawValue),
            "attempts": .number(attempts), "last_error": .optional(lastError),
        ]
    }

    init?(json: JSONValue) {
        guard let record = json["record"]?.text, let sink = json["sink"]?.text,
            let state = json["state"]?.text.flatMap(OutboxState.init(rawValue:)),
            let attempts = json["attempts"]?.integer
        else { return nil }
        self.init(
            record: record, sink: sink, state: state, attempts: attempts, lastError: json["last_error"]?.text)
    }
}
