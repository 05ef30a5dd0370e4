/// A run of leaves that a proof names by one hash.
package struct MerkleRun: Sendable, Hashable {
    /// Index of its first leaf: a multiple of the smallest power of two that is not less than `count`.
    package let start: Int64
    package let count: Int64

    package init(start: Int64, count: Int64) { (self.start, self.count) = (start, count) }

    /// The complete subtrees that it is made of, from left to right.
    var subtrees: [MerklePosition] {
        MerkleTree.peaks(ofSize: count).map {
            MerklePosition(level: $0.level, index: start >> Int64($0.level) + $0.index)
        }
    }
}

/// Proofs of RFC 6962 section 2.1: what they name, and whether they hold (RFC 9162 section 2.1).
extension MerkleTree {
    /// Leaves below a tree's left half: the largest power of two below `count`, which is above 1.
    private static func leftCount(of count: Int64) -> Int64 {
        1 << Int64(63 - (count - 1).leadingZeroBitCount)
    }

    /// What proves that leaf `index` is in the tree of `size` leaves, from its sibling up; empty for a tree
    /// without it.
    package static func inclusionProof(ofLeaf index: Int64, inTreeOf size: Int64) -> [MerkleRun] {
        guard (0..<max(size, 0)).contains(index) else { return [] }
        var runs: [MerkleRun] = []
        var (start, count) = (Int64(0), size)
        while count > 1 {
            let left = leftCount(of: count)
            if index - start < left {
                runs.append(MerkleRun(start: start + left, count: count - left))
                count = left
            } else {
                runs.append(MerkleRun(start: start, count: left))
                (start, count) = (start + left, count - left)
            }
        }
        return runs.reversed()
    }

    /// What proves that the tree of `size` leaves begins with that of `old`; empty where nothing has to be
    /// proved, or nothing can be.
    package static func consistencyProof(from old: Int64, to size: Int64) -> [MerkleRun] {
        guard old > 0, old < size else { return [] }
        var runs: [MerkleRun] = []
        var (start, count, rest, isKnown) = (Int64(0), size, old, true)
        while rest != count {
            let left = leftCount(of: count)
            if rest <= left {
                runs.append(MerkleRun(start: start + left, count: count - left))
                count = left
            } else {
                runs.append(MerkleRun(start: start, count: left))
                (start, count, rest, isKnown) = (start + left, count - left, rest - left, false)
            }
        }
        if !isKnown { runs.append(MerkleRun(start: start, count: rest)) }
        return runs.reversed()
    }

    /// The root of the tree of `size` leaves that `leaf` at `index` and `proof` make; nil where the proof is
    /// none for that place.
    package static func root(
        ofLeaf leaf: [UInt8], at index: Int64, inTreeOf size: Int64, by proof: [[UInt8]]
    ) -> [UInt8]? {
        guard (0..<max(size, 0)).contains(index) else { return nil }
        var (place, last, hash) = (index, size - 1, leaf)
        for other in proof {
            guard last != 0 else { return nil }
            if place & 1 == 1 || place == last {
                hash = nodeHash(other, hash)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                hash = nodeHash(hash, other)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }

    /// Whether `proof` shows that the tree of `size` leaves with `root` begins with that of `old` leaves with
    /// `oldRoot`.
    package static func isConsistent(
        _ oldRoot: [UInt8], of old: Int64, with root: [UInt8], of size: Int64, by proof: [[UInt8]]
    ) -> Bool {
        guard old >= 0, old <= size else { return false }
        if old == size { return proof.isEmpty && oldRoot == root }
        if old == 0 { return proof.isEmpty && oldRoot == emptyRoot }
        let path = old & (old - 1) == 0 ? [oldRoot] + proof : proof
        guard let first = path.first else { return false }
        var (place, last) = (old - 1, size - 1)
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var (before, after) = (first, first)
        for other in path.dropFirst() {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                (before, after) = (nodeHash(other, before), nodeHash(other, after))
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                after = nodeHash(after, other)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && before == oldRoot && after == root
    }
}
