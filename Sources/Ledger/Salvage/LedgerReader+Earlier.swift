internal import Codecs

extension LedgerReader {
    /// Everything by which this ledger does not go on from the damaged one that lies in the folder `earlier`,
    /// in plain words; empty where it does.
    ///
    /// Proved then: the files are those that were set aside, byte for byte; the key of this ledger signed the
    /// checkpoint that the first entry names; the hashes in the damaged one make its root; and each entry
    /// that was taken over is under it. Throws where this ledger or a file cannot be read.
    package func objections(toEarlier earlier: String) throws(LedgerError) -> [String] {
        guard let segment = try segment() else { return ["no damaged ledger was set aside here"] }
        var out: [String] = []
        for file in segment.files
        where try FileDigest.hex(of: "\(earlier)/\(file.name)") != file.sha256 {
            out.append("\(file.name): it is missing, or not the file that was set aside")
        }
        guard let pem = try DataDirectory.read(directory.publicKey) else {
            return out + ["\(directory.publicKey): the public key is missing"]
        }
        let key = try SigningKey(publicPEM: pem)
        guard let head = key.checkpoint(verifiedFrom: segment.lastGood),
            LedgerSegment.areNeighbours(head.origin, segment)
        else { return out + ["the last good checkpoint is not signed by this ledger's key"] }
        if let newest = segment.newestSigned, key.checkpoint(verifiedFrom: newest) == nil {
            out.append("the newest checkpoint that is named is not signed by this ledger's key")
        }
        let ledger = DamagedLedger(DataDirectory(earlier).database)
        defer { ledger.close() }
        guard let tree = ProvenTree(head, of: ledger) else {
            return out + ["the hashes in \(earlier) do not make the root of the last good checkpoint"]
        }
        return out + (try objections(segment, ledger, tree))
    }

    private func objections(
        _ segment: LedgerSegment, _ ledger: DamagedLedger, _ tree: ProvenTree
    ) throws(LedgerError) -> [String] {
        var (tree, out): (ProvenTree, [String]) = (tree, [])
        for (index, old) in segment.carriedFrom.enumerated() {
            let place = "entry \(index + 2), which was taken over as entry \(old)"
            guard let entry = try entry(seq: Int64(index + 2)) else {
                out.append("\(place): it is missing")
                continue
            }
            guard old <= tree.head.size, tree.leaf(old - 1) == MerkleTree.leafHash(entry.bytes) else {
                out.append("\(place): it is not under the last good checkpoint")
                continue
            }
            if let row = ledger.row(old), row.id != entry.id || row.kind != entry.kind {
                out.append("\(place): it had another id or kind")
            }
        }
        return out
    }
}
