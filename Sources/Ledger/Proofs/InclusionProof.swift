/// Proof that an entry is in a ledger, to be checked by anyone with the ledger's public key: C2SP tlog-proof.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// index 4
/// gSKyXoYZ…=
///
/// plumbline/plant-1/bench-pc-07
/// 6
/// …
/// ```
package struct InclusionProof: Sendable, Equatable {
    private static let header = "c2sp.org/tlog-proof@v1"
    /// Hashes of the longest proof: a tree has at most 2^63 leaves.
    private static let mostHashes = 63

    /// The leaf's index, from 0.
    package let index: Int64
    /// 32 bytes each, from the leaf's sibling up.
    package let hashes: [[UInt8]]
    /// The signed checkpoint whose tree the leaf is in.
    package let checkpoint: String

    package init(index: Int64, hashes: [[UInt8]], checkpoint: String) {
        (self.index, self.hashes, self.checkpoint) = (index, hashes, checkpoint)
    }

    package var text: String {
        let path = hashes.map { "\(Base64.text($0))\n" }.joined()
        return "\(Self.header)\nindex \(index)\n\(path)\n\(checkpoint)"
    }

    /// The proof that `text` writes; nil where it writes none. Extra data is none of ours, and not
    /// authenticated: a proof with some is refused.
    package init?(text: String) {
        guard let gap = text.firstRange(of: "\n\n") else { return nil }
        let lines = text[..<gap.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2, lines.count <= 2 + Self.mostHashes, lines[0] == Self.header,
            lines[1].hasPrefix("index "), let index = Int64(lines[1].dropFirst(6)), index >= 0,
            String(index) == lines[1].dropFirst(6)
        else { return nil }
        let hashes = lines.dropFirst(2).compactMap { Base64.bytes($0) }
        guard hashes.count == lines.count - 2, hashes.allSatisfy({ $0.count == SHA256Digest.count }) else {
            return nil
        }
        self.init(index: index, hashes: hashes, checkpoint: String(text[gap.upperBound...]))
    }

    /// Why this does not prove that `key`'s ledger has an entry of these canonical bytes; nil where it does.
    package func objection(to entry: [UInt8], key: SigningKey) -> String? {
        guard let head = key.checkpoint(verifiedFrom: checkpoint) else {
            return "the checkpoint is not signed by this key"
        }
        let root = MerkleTree.root(
            ofLeaf: MerkleTree.leafHash(entry), at: index, inTreeOf: head.size, by: hashes)
        return root == head.root ? nil : "the entry is not the one at index \(index) of the signed tree"
    }
}
