/// The heads that a growing tree is held against: those that the ledger stores, a page at a time, and few
/// others from outside.
struct SignedHeads {
    /// A head, and where it was found.
    struct Head {
        let size: Int64
        let root: [UInt8]
        let place: String
        /// Whether it is signed by the ledger's key. A backup's end is not, and is compared all the same.
        var isSigned = true
        /// Whether somebody kept it elsewhere, and asks whether the ledger extends it.
        var isKept = false
    }

    /// Stored heads that are held at a time.
    static let mostInPage: Int64 = 200

    /// Stored heads that were read and whose turn is still to come, in the order of their sizes.
    var stored: ArraySlice<Head> = []
    /// Heads from outside, in the order of their sizes.
    var outside: ArraySlice<Head> = []
    /// Size of the stored head that was read last; nil before the first, and past the last.
    var readUpTo: Int64? = -1

    /// Size of the tree at which the next of them is to be compared; `Int64.max` where none is left.
    var nextSize: Int64 { min(stored.first?.size ?? .max, outside.first?.size ?? .max) }

    /// Takes out the heads of the size `size` and below.
    mutating func take(upTo size: Int64) -> [Head] {
        let (mine, theirs) = (stored.prefix { $0.size <= size }, outside.prefix { $0.size <= size })
        stored = stored.dropFirst(mine.count)
        outside = outside.dropFirst(theirs.count)
        return Array(mine) + theirs
    }
}

extension LedgerVerifier {
    /// Takes in the key, the heads from outside, and the first of those that are stored.
    mutating func prepareHeads() throws(LedgerError) {
        guard let key = try verifyingKey() else {
            heads.readUpTo = nil
            return
        }
        var outer: [SignedHeads.Head] = []
        if let file = outside.handedOut {
            let place = directory.checkpoint
            if let head = signed(String(decoding: file, as: UTF8.self), by: key, place) { outer.append(head) }
        } else if try database.newestCheckpoint() != nil, try outside.isCheckpointMissing(directory) {
            report.add("\(directory.checkpoint): the newest checkpoint's file is missing")
        }
        for kept in outside.kept { outer += heads(of: kept, by: key) }
        heads.outside = outer.sorted { $0.size < $1.size }[...]
        try readHeads()
    }

    /// What a state that was kept says of itself, each once: signed heads, and its end that may be unsigned.
    private mutating func heads(of kept: KeptState, by key: SigningKey) -> [SignedHeads.Head] {
        var heads: [SignedHeads.Head] = []
        for note in Set(kept.notes).sorted() {
            guard var head = signed(note, by: key, kept.place) else { continue }
            head.isKept = true
            heads.append(head)
        }
        if let end = kept.end, !heads.contains(where: { $0.size == end.size && $0.root == end.root }) {
            heads.append(
                .init(size: end.size, root: end.root, place: kept.place, isSigned: false, isKept: true))
        }
        return heads
    }

    /// Reads the next page of stored heads where none is left of the last.
    private mutating func readHeads() throws(LedgerError) {
        while heads.stored.isEmpty, let last = heads.readUpTo, let key {
            // Longer ones are none of ours, and are seen to be cut off by their signature.
            let page = try database.rows(
                "SELECT size, substr(root, 1, 33), substr(note, 1, 4096) FROM checkpoint WHERE size > ?1 "
                    + "ORDER BY size LIMIT ?2", [.integer(last), .integer(SignedHeads.mostInPage)]
            ) { ($0.integer(0), $0.bytes(1), $0.text(2)) }
            heads.readUpTo = page.last?.0
            var before = last
            for (size, root, note) in page {
                // In a damaged file rows may stand in any order, and the same page come again for ever.
                guard size > before else {
                    report.add("checkpoint \(size): its row stands behind that of checkpoint \(before)")
                    heads.readUpTo = nil
                    return
                }
                before = size
                report.checkpoints += 1
                guard let head = signed(note, by: key, "checkpoint \(size)") else { continue }
                if head.size == size, head.root == root {
                    heads.stored.append(head)
                } else {
                    report.add("\(head.place): its row is not what was signed")
                }
            }
        }
    }

    private mutating func signed(_ note: String, by key: SigningKey, _ place: String) -> SignedHeads.Head? {
        guard let head = key.checkpoint(verifiedFrom: note) else {
            report.add("\(place): the signature is not one of the ledger's key")
            return nil
        }
        guard head.origin.utf8.elementsEqual((report.origin ?? "").utf8) else {
            report.add("\(place): it is of the ledger \(head.origin), and this is \(report.origin ?? "–")")
            return nil
        }
        return .init(size: head.size, root: head.root, place: place)
    }

    /// Holds each head over no more than the entries looked at so far against what they make.
    mutating func compareHeads() throws(LedgerError) {
        while heads.nextSize <= frontier.size { try compareHeads(ofSize: frontier.size, with: frontier.root) }
    }

    /// Holds each head over no more than `size` entries against the root over so many.
    mutating func compareHeads(ofSize size: Int64, with root: [UInt8]) throws(LedgerError) {
        for head in heads.take(upTo: size) {
            guard head.size == size, head.root == root else {
                report.add(
                    head.isSigned
                        ? "\(head.place): signed over other entries than the first \(head.size)"
                        : "\(head.place): its \(head.size) entries are not the first of this ledger")
                continue
            }
            if head.isSigned { largestHead = max(largestHead, head.size) }
            guard head.isKept else { continue }
            // The largest of each place says all that the others say.
            report.extended.removeAll { $0.place == head.place }
            report.extended.append(.init(place: head.place, size: head.size))
        }
        try readHeads()
    }

    /// Names the heads that cover more entries than there are.
    mutating func checkHeadsBeyond() throws(LedgerError) {
        while heads.nextSize < .max {
            for head in heads.take(upTo: .max) {
                report.add(
                    "\(head.place): \(head.size) entries were \(head.isSigned ? "signed" : "kept") and the "
                        + "database has \(frontier.size): entries were removed, or an older copy of the "
                        + "database was put in place")
            }
            try readHeads()
        }
    }

    /// The ledger's public key, once its file is what the gateway writes: its first line names the ledger and
    /// the key that stands below it.
    private mutating func verifyingKey() throws(LedgerError) -> SigningKey? {
        guard let file = try DataDirectory.read(directory.publicKey) else {
            report.add("\(directory.publicKey): the public key is missing, no signature can be checked")
            return nil
        }
        do throws(LedgerError) {
            let (key, origin) = try SigningKey.published(file)
            (self.key, report.origin) = (key, origin)
            report.keySHA256 = SHA256Digest.hex(of: key.publicKey)
            if let trusted = outside.trusted {
                report.isTrusted = trusted.publicKey == key.publicKey
                if !report.isTrusted {
                    report.add("\(directory.publicKey): it is another key than the one given")
                }
            }
            return key
        } catch {
            report.add("\(directory.publicKey): \(error.what), no signature can be checked")
            return nil
        }
    }
}
