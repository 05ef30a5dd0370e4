/// The tree under a signed checkpoint of a damaged ledger, read from the root downwards: of each node the
/// hash is known from above before it is used, so that nothing that is damaged can pass for true.
///
/// Where the stored hashes of two halves do not make the whole, they are computed anew from what is below
/// them: first from the entries' stored hashes, then from their bodies.
struct ProvenTree {
    let head: Checkpoint
    private let ledger: DamagedLedger
    private let peaks: [(position: MerklePosition, hash: [UInt8])]
    /// Hashes that were computed because the stored ones are damaged: few, and dear.
    private var mended: [MerklePosition: (left: [UInt8], right: [UInt8])] = [:]

    /// Nil where the hashes in `ledger` do not make the root of `head`.
    init?(_ head: Checkpoint, of ledger: DamagedLedger) {
        (self.head, self.ledger) = (head, ledger)
        let positions = MerkleTree.peaks(ofSize: head.size)
        func peaks(_ hash: (MerklePosition) -> [UInt8]?) -> [[UInt8]]? {
            let hashes = positions.compactMap(hash)
            return MerkleFrontier(size: head.size, peaks: hashes)?.root == head.root ? hashes : nil
        }
        // Only where the stored ones do not fit: this reads every entry.
        guard
            let hashes = peaks(ledger.hash)
                ?? peaks({ ledger.hash($0) ?? Self.computed($0, of: ledger, by: .hashes) })
                ?? peaks({ Self.computed($0, of: ledger, by: .hashes) ?? ledger.hash($0) })
                ?? peaks({ Self.computed($0, of: ledger, by: .bodies) ?? ledger.hash($0) })
        else { return nil }
        self.peaks = Array(zip(positions, hashes)).map { ($0, $1) }
    }

    /// The hash of the leaf at `index`, from 0; nil where it cannot be known.
    mutating func leaf(_ index: Int64) -> [UInt8]? {
        guard
            var (position, hash) = peaks.first(where: {
                index >> Int64($0.position.level) == $0.position.index
            })
        else { return nil }
        while position.level > 0 {
            guard let (left, right) = halves(of: position, hash) else { return nil }
            let side = index >> Int64(position.level - 1) & 1
            hash = side == 0 ? left : right
            position = MerklePosition(level: position.level - 1, index: 2 * position.index + side)
        }
        return hash
    }

    private mutating func halves(
        of whole: MerklePosition, _ hash: [UInt8]
    ) -> (left: [UInt8], right: [UInt8])? {
        if let known = mended[whole] { return known }
        let (left, right) = Self.halves(of: whole)
        let stored = (ledger.hash(left), ledger.hash(right))
        if let one = stored.0, let other = stored.1, MerkleTree.nodeHash(one, other) == hash {
            return (one, other)
        }
        for one in Self.candidates(left, of: ledger) {
            for other in Self.candidates(right, of: ledger) where MerkleTree.nodeHash(one, other) == hash {
                mended[whole] = (one, other)
                return (one, other)
            }
        }
        return nil
    }

    /// What the hashes of entries are taken from.
    private enum Source: CaseIterable { case hashes, bodies }

    private static func candidates(_ position: MerklePosition, of ledger: DamagedLedger) -> [[UInt8]] {
        ([ledger.hash(position)] + Source.allCases.map { computed(position, of: ledger, by: $0) })
            .compactMap(\.self)
    }

    /// What the entries below make of a subtree; where one cannot be read, with a stored hash in its place.
    private static func computed(
        _ position: MerklePosition, of ledger: DamagedLedger, by source: Source
    ) -> [UInt8]? {
        guard position.level > 0 else {
            return source == .hashes ? ledger.hash(position) : ledger.computedLeaf(position.index)
        }
        let (left, right) = halves(of: position)
        guard let one = computed(left, of: ledger, by: source) ?? ledger.hash(left),
            let other = computed(right, of: ledger, by: source) ?? ledger.hash(right)
        else { return nil }
        return MerkleTree.nodeHash(one, other)
    }

    private static func halves(of whole: MerklePosition) -> (left: MerklePosition, right: MerklePosition) {
        (
            MerklePosition(level: whole.level - 1, index: 2 * whole.index),
            MerklePosition(level: whole.level - 1, index: 2 * whole.index + 1)
        )
    }
}
