internal import Codecs

/// Checks a bundle with nothing but its own bytes and a public key.
struct BundleVerifier {
    private let file: BundleFile
    private let key: SigningKey
    private var report = BundleReport()

    static func report(on bytes: [UInt8], trusted: SigningKey?) -> BundleReport {
        var report = BundleReport()
        guard bytes.count <= BundleFile.largest else {
            report.add("it is longer than \(BundleFile.largest >> 20) MiB: no bundle is")
            return report
        }
        guard let file = BundleFile(bytes) else {
            report.add(
                "it is no bundle, or not written as one: a byte was changed, added or taken away "
                    + "outside of its content")
            return report
        }
        guard let key = try? SigningKey(publicPEM: file.key) else {
            report.add("the public key that it carries is none")
            return report
        }
        var verifier = BundleVerifier(file: file, key: key)
        verifier.check(trusted: trusted)
        return verifier.report
    }

    private init(file: BundleFile, key: SigningKey) { (self.file, self.key) = (file, key) }

    /// Each check rests on those before it; the first that fails is the last.
    private mutating func check(trusted: SigningKey?) {
        report.keySHA256 = SHA256Digest.hex(of: key.publicKey)
        if let trusted, trusted.publicKey != key.publicKey {
            report.add(
                "it is signed with another key than the one given: another gateway made it, or a forger")
            return
        }
        if let objection = file.objection(key) {
            report.add(objection)
            return
        }
        guard let content = parsedContent(), let bundle = EvidenceBundle(content: content) else {
            report.add("the content is no canonical JSON of the form \(EvidenceBundle.schema)")
            return
        }
        report.serial = VisibleText.of(bundle.serial)
        guard let head = key.checkpoint(verifiedFrom: bundle.checkpoint), head.origin == file.origin else {
            report.add("the checkpoint is not signed by the key that signed the bundle")
            return
        }
        report.origin = VisibleText.of(head.origin)
        checkLeaves(of: bundle, in: head)
        checkEvidence(of: bundle)
        checkDeliveries(of: bundle)
        checkStory(of: bundle, content, head)
        sayWhatIsNot(bundle, isTrusted: trusted != nil)
        if !report.isSound { report.proved = [] }
    }

    private func parsedContent() -> JSONValue? {
        guard let content = try? JSONParser.parse(file.content),
            CanonicalJSON.bytes(content) == file.content
        else { return nil }
        return content
    }

    /// Each entry is in the tree, in order, once, and about this part.
    private mutating func checkLeaves(of bundle: EvidenceBundle, in head: Checkpoint) {
        let part = PartEntries(serial: bundle.serial, named: bundle.leaves.map(\.body))
        var last: Int64 = 0
        for leaf in bundle.leaves {
            let root = MerkleTree.root(
                ofLeaf: MerkleTree.leafHash(CanonicalJSON.bytes(leaf.body)), at: leaf.seq - 1,
                inTreeOf: head.size, by: leaf.proof)
            if root != head.root { report.add("entry \(leaf.seq) is not the one in the ledger") }
            if leaf.seq <= last { report.add("entry \(leaf.seq) does not follow entry \(last)") }
            if !part.includes(leaf.body) { report.add("entry \(leaf.seq) is not about \(bundle.serial)") }
            last = leaf.seq
        }
        if part.cycles.isEmpty, !bundle.leaves.contains(where: { !PartEntries.isStart($0.body) }) {
            report.add("no entry is about \(bundle.serial)")
        }
        report.prove(
            "unchanged: it is byte for byte what the holder of the key of \(head.origin) signed "
                + "at \(bundle.madeAt)")
        report.prove(
            "\(bundle.leaves.count) entries about \(bundle.serial), \(part.records.count) of them "
                + "inspection records, stand as they are in the ledger \(head.origin), at the places that "
                + "their numbers say, under its signed head of \(head.size) entries")
    }

    /// Each piece is what its hash says, and some entry names it.
    private mutating func checkEvidence(of bundle: EvidenceBundle) {
        let named = Set(bundle.leaves.flatMap { PartEntries.hashes(in: $0.body) })
        var last = ""
        for piece in bundle.evidence {
            if SHA256Digest.hex(of: piece.bytes) != piece.sha256 {
                report.add("evidence \(piece.sha256): the bytes are not those that the hash was made of")
            }
            if !named.contains(piece.sha256) { report.add("evidence \(piece.sha256): no entry names it") }
            if piece.sha256 <= last { report.add("evidence \(piece.sha256) is out of order") }
            last = piece.sha256
        }
        report.prove(
            "\(bundle.evidence.count) pieces of evidence (raw bytes of devices, plan, profiles, "
                + "configuration) are those that the entries name by SHA-256")
    }

    /// What is called delivered has a receipt for just that content, and the other way round.
    private mutating func checkDeliveries(of bundle: EvidenceBundle) {
        var records: [String: String] = [:]
        var receipts: Set<[String]> = []
        for body in bundle.leaves.map(\.body) {
            if PartEntries.isRecord(body), let id = body["id"]?.text {
                records[id] = SHA256Digest.hex(of: CanonicalJSON.bytes(body))
            }
            guard PartEntries.isReceipt(body), let id = body["record"]?.text, let sink = body["sink"]?.text
            else { continue }
            receipts.insert([id, sink])
            if let sha256 = records[id], body["sha256"]?.text != sha256 {
                report.add("the receipt of \(sink) is for another content of record \(id)")
            }
        }
        let delivered = Set(bundle.deliveries.filter { $0.state == .delivered }.map { [$0.record, $0.sink] })
        for pair in receipts.symmetricDifference(delivered).sorted(by: { $0.joined() < $1.joined() }) {
            report.add("whether \(pair[1]) holds record \(pair[0]): the receipts and the deliveries differ")
        }
        if !receipts.isEmpty {
            report.prove("\(receipts.count) receipts of sinks name the content of their records")
        }
    }

    /// The story is what the entries make, and nothing stands in the content that they do not account for.
    private mutating func checkStory(of bundle: EvidenceBundle, _ content: JSONValue, _ head: Checkpoint) {
        let story = bundle.story(under: head, key)
        guard content["story"]?.text?.utf8.elementsEqual(story.utf8) == true else {
            report.add("the story says something else than the entries")
            return
        }
        if CanonicalJSON.bytes(bundle.content(story: story)) != file.content {
            report.add("the content holds something that its form does not have")
        }
        report.prove("the story says what the entries say: it was made anew from them and compared")
    }

    private mutating func sayWhatIsNot(_ bundle: EvidenceBundle, isTrusted: Bool) {
        if !isTrusted {
            report.unproved.append(
                "whose key it is: it came with the bundle, and a forger replaces both. Get the gateway's "
                    + "ledger.pub from its owner by another way and give it with --key")
        }
        let open = bundle.deliveries.count { $0.state != .delivered }
        if open > 0 {
            report.unproved.append(
                "\(open) deliveries have no receipt: what is said of them is the gateway's word only")
        }
        if !bundle.missing.isEmpty {
            report.unproved.append(
                "\(bundle.missing.count) pieces of evidence that entries name are not in the bundle: "
                    + "the ledger no longer had them")
        }
        report.unproved += Self.neverProved
    }

    /// What no bundle shows.
    private static let neverProved = [
        "that the key was in nobody else's hands: whoever stole it can sign another ledger. A copy of an "
            + "earlier checkpoint, kept elsewhere, shows that",
        "that nothing about the part was left out, other than by the word of the gateway that signed: only "
            + "the ledger itself shows that",
        "that the gauges measured rightly and the clocks went rightly: entries say what the devices told",
    ]
}

extension BundleReport {
    /// What the bundle in `bytes` proves.
    ///
    /// `trusted` is the public key from elsewhere; without it the key that the bundle carries is used, which
    /// a forger would have replaced too, and the report says so.
    package init(on bytes: [UInt8], trusted: SigningKey?) {
        self = BundleVerifier.report(on: bytes, trusted: trusted)
    }
}
