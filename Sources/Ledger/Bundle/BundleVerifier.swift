internal import Codecs

/// Checks a bundle with nothing but its own bytes and a public key.
struct BundleVerifier {
    private let file: BundleFile
    private let key: SigningKey
    /// The ledger's name, as the key's file has it.
    private let name: String
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
        do throws(LedgerError) {
            let (key, name) = try SigningKey.published(file.key)
            var verifier = BundleVerifier(file: file, key: key, name: name)
            verifier.check(trusted: trusted)
            return verifier.report
        } catch {
            report.add("the public key that it carries: \(error.what)")
            return report
        }
    }

    private init(file: BundleFile, key: SigningKey, name: String) {
        (self.file, self.key, self.name) = (file, key, name)
    }

    /// Each check rests on those before it; the first that fails is the last.
    private mutating func check(trusted: SigningKey?) {
        report.keySHA256 = SHA256Digest.hex(of: key.publicKey)
        if let trusted, trusted.publicKey != key.publicKey {
            report.add(
                "it is signed with another key than the one given: another gateway made it, or a forger")
            return
        }
        report.isTrusted = trusted != nil
        if let objection = file.objection(key, name: name) {
            report.add(objection)
            return
        }
        guard let content = parsedContent() else { return }
        guard let bundle = EvidenceBundle(content: content), MomentText.isWellFormed(bundle.madeAt) else {
            report.add("the content is not of the form \(EvidenceBundle.schema)")
            return
        }
        report.serial = VisibleText.of(bundle.serial)
        guard let head = key.checkpoint(verifiedFrom: bundle.checkpoint),
            head.origin.utf8.elementsEqual(name.utf8)
        else {
            report.add("the checkpoint is not signed by the key that signed the bundle")
            return
        }
        report.origin = VisibleText.of(head.origin)
        checkLeaves(of: bundle, in: head)
        if report.isSound { checkEvidence(of: bundle) }
        if report.isSound { checkDeliveries(of: bundle) }
        if report.isSound { checkStory(of: bundle, content, head) }
        guard report.isSound else {
            report.proved = []
            return
        }
        sayWhatIsNot(bundle)
    }

    private mutating func parsedContent() -> JSONValue? {
        do throws(JSONError) {
            let content = try JSONParser.parse(file.content)
            if CanonicalJSON.bytes(content) == file.content { return content }
            report.add("the content is not in canonical form")
        } catch {
            report.add("the content cannot be read: \(error)")
        }
        return nil
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
            "unchanged: it is byte for byte what the holder of the key of \(head.origin) signed")
        report.prove(
            "\(bundle.leaves.count) entries about \(bundle.serial), \(part.records.count) of them "
                + "inspection records, stand as they are in the ledger \(head.origin), at the places that "
                + "their numbers say, under its signed head of \(head.size) entries")
    }

    /// Each piece is what its hash says, some entry names it, and none is missing.
    private mutating func checkEvidence(of bundle: EvidenceBundle) {
        let named = Set(bundle.leaves.flatMap { PartEntries.hashes(in: $0.body) }.map(ExactText.init))
        var present: Set<ExactText> = []
        var last = ""
        for piece in bundle.evidence {
            if SHA256Digest.hex(of: piece.bytes) != piece.sha256 {
                report.add("evidence \(piece.sha256): the bytes are not those that the hash was made of")
            }
            if !named.contains(ExactText(piece.sha256)) {
                report.add("evidence \(piece.sha256): no entry names it")
            }
            if piece.sha256 <= last { report.add("evidence \(piece.sha256) is out of order") }
            last = piece.sha256
            present.insert(ExactText(piece.sha256))
        }
        for leaf in bundle.leaves {
            for hash in PartEntries.evidence(in: leaf.body) where !present.contains(ExactText(hash)) {
                report.add("evidence \(hash): entry \(leaf.seq) names it, and it was left out")
            }
        }
        report.prove(
            "\(bundle.evidence.count) pieces of evidence (raw bytes of devices, plan, profiles, "
                + "configuration) are those that the entries name by SHA-256")
    }

    /// What is called delivered has a receipt for just that content, and the other way round.
    private mutating func checkDeliveries(of bundle: EvidenceBundle) {
        let (records, receipts) = checkReceipts(of: bundle)
        var delivered: Set<DeliveryName> = []
        var all: Set<DeliveryName> = []
        for delivery in bundle.deliveries {
            let name = DeliveryName(record: delivery.record, sink: delivery.sink)
            if records[name.record] == nil || !all.insert(name).inserted {
                report.add("a delivery to \(name.sink) is of no record here, or told twice: \(name.record)")
            }
            if delivery.state == .delivered { delivered.insert(name) }
        }
        let differing = receipts.symmetricDifference(delivered)
        for name in differing.sorted(by: { "\($0)" < "\($1)" }) {
            report.add(
                "whether \(name.sink) holds record \(name.record): the receipts and the deliveries differ")
        }
        if !delivered.isEmpty {
            report.prove(
                "\(delivered.count) receipts stand in the ledger: the gateway wrote that the sink had "
                    + "confirmed content with this SHA-256, which is the record's")
        }
    }

    /// The records with the hashes of their content, and what the receipts, each of one of them, are about.
    private mutating func checkReceipts(
        of bundle: EvidenceBundle
    ) -> (records: [ExactText: String], names: Set<DeliveryName>) {
        var records: [ExactText: String] = [:]
        var names: Set<DeliveryName> = []
        for leaf in bundle.leaves {
            if PartEntries.isRecord(leaf.body), let id = leaf.body["id"]?.text {
                let hash = SHA256Digest.hex(of: CanonicalJSON.bytes(leaf.body))
                if records.updateValue(hash, forKey: ExactText(id)) != nil {
                    report.add("record \(id) stands there twice")
                }
            }
            guard PartEntries.isReceipt(leaf.body) else { continue }
            guard let name = DeliveryName(receipt: leaf.body), let sha256 = records[name.record] else {
                report.add("the receipt in entry \(leaf.seq) is for no record that stands before it")
                continue
            }
            names.insert(name)
            if leaf.body["sha256"]?.text != sha256 {
                report.add("the receipt of \(name.sink) is for another content of record \(name.record)")
            }
        }
        return (records, names)
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

    private mutating func sayWhatIsNot(_ bundle: EvidenceBundle) {
        if !report.isTrusted {
            report.unproved.append(
                "whose key it is: it came with the bundle, and a forger replaces both. Get the gateway's "
                    + "ledger.pub from its owner by another way and give it with --key")
        }
        if bundle.deliveries.contains(where: { $0.state == .delivered }) {
            report.unproved.append(
                "that the sinks hold the records: a receipt is what the gateway wrote of a sink's answer, "
                    + "and no sink has signed it. Ask the sink")
        }
        let open = bundle.deliveries.count { $0.state != .delivered }
        if open > 0 {
            report.unproved.append(
                "\(open) deliveries have no receipt: what is said of them is the gateway's word only")
        }
        if !bundle.missing.isEmpty {
            report.unproved.append(
                "\(bundle.missing.count) texts (plan, profiles) that entries name by SHA-256: they are not "
                    + "in the bundle")
        }
        report.unproved.append(
            "when it was made: \(bundle.madeAt) is by the clock of the machine that made it")
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
