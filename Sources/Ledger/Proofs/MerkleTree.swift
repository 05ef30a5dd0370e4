/// The hashes of a Merkle tree as RFC 6962 section 2.1 defines them.
package enum MerkleTree {
    /// SHA-256(0x00 ‖ entry).
    package static func leafHash(_ entry: [UInt8]) -> [UInt8] { SHA256Digest.bytes(of: 0x00, entry) }

    /// SHA-256(0x01 ‖ left ‖ right).
    package static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        SHA256Digest.bytes(of: 0x01, left, right)
    }

    /// The root of a tree without leaves: SHA-256 of nothing.
    package static let emptyRoot = SHA256Digest.bytes(of: [])

    /// The complete subtrees that a tree of `size` leaves is made of, from left to right.
    package static func peaks(ofSize size: Int64) -> [MerklePosition] {
        var out: [MerklePosition] = []
        var start: Int64 = 0
        for level in stride(from: 62, through: 0, by: -1) where size >> Int64(level) & 1 == 1 {
            out.append(MerklePosition(level: level, index: start >> Int64(level)))
            start += 1 << Int64(level)
        }
        return out
    }
}

/// A complete subtree: the one of 2^`level` leaves with `index` such subtrees to its left.
package struct MerklePosition: Sendable, Hashable {
    package let level: Int
    package let index: Int64

    package init(level: Int, index: Int64) { (self.level, self.index) = (level, index) }
}

/// The right edge of a growing tree: all that is needed to append and to know the root.
package struct MerkleFrontier: Sendable, Equatable {
    /// Number of leaves.
    package private(set) var size: Int64
    /// Hashes of the complete subtrees, from left to right (`MerkleTree.peaks`).
    private var peaks: [[UInt8]]

    /// A tree without leaves.
    package init() { (size, peaks) = (0, []) }

    /// A tree of `size` leaves whose complete subtrees have the hashes `peaks`, from left to right.
    ///
    /// Nil where the number of hashes does not belong to that size.
    package init?(size: Int64, peaks: [[UInt8]]) {
        guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
        (self.size, self.peaks) = (size, peaks)
    }

    /// Appends a leaf; the subtrees above it that it completes, from the lowest up.
    package mutating func append(leafHash: [UInt8]) -> [(position: MerklePosition, hash: [UInt8])] {
        append(subtree: leafHash, level: 0) { MerkleTree.nodeHash($0, $1) }
    }

    /// Appends a complete subtree of 2^`level` leaves, of which `size` must be a multiple; the subtrees above
    /// it that it completes, from the lowest up. `join` makes a node's hash of those below it.
    mutating func append(
        subtree: [UInt8], level: Int, _ join: (_ left: [UInt8], _ right: [UInt8]) -> [UInt8]
    ) -> [(position: MerklePosition, hash: [UInt8])] {
        var completed: [(position: MerklePosition, hash: [UInt8])] = []
        var (hash, index, above) = (subtree, size >> Int64(level), level)
        while index & 1 == 1, let left = peaks.popLast() {
            hash = join(left, hash)
            index >>= 1
            above += 1
            completed.append((MerklePosition(level: above, index: index), hash))
        }
        peaks.append(hash)
        size += 1 << Int64(level)
        return completed
    }

    package var root: [UInt8] {
        guard var root = peaks.last else { return MerkleTree.emptyRoot }
        for peak in peaks.dropLast().reversed() { root = MerkleTree.nodeHash(peak, root) }
        return root
    }
}
