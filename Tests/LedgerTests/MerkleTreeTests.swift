import Codecs
import Ledger
import Testing

/// The eight leaves and the roots of the certificate-transparency test vectors (RFC 6962 trees).
struct MerkleTreeTests {
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]

    private func frontier(of count: Int) throws -> MerkleFrontier {
        var frontier = MerkleFrontier()
        for leaf in Self.leaves.prefix(count) {
            _ = frontier.append(leafHash: MerkleTree.leafHash(try #require(Hex.bytes(leaf))))
        }
        return frontier
    }

    @Test(arguments: [
        (0, "e3b0c442"), (1, "6e340b9c"), (2, "fac54203"), (3, "aeb6bcfe"),
        (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ])
    func rootsAreThoseOfThePublishedVectors(size: Int, root: String) throws {
        #expect(Hex.text(try frontier(of: size).root).hasPrefix(root))
    }

    @Test func completedSubtreesAreExactlyThePeaksOfLaterSizes() throws {
        var frontier = MerkleFrontier()
        var nodes: [MerklePosition: [UInt8]] = [:]
        for size in 1...200 {
            let leaf = MerkleTree.leafHash(Array("entry \(size)".utf8))
            nodes[MerklePosition(level: 0, index: Int64(size - 1))] = leaf
            for (position, hash) in frontier.append(leafHash: leaf) { nodes[position] = hash }
            let peaks = try MerkleTree.peaks(ofSize: Int64(size)).map { try #require(nodes[$0]) }
            let rebuilt = try #require(MerkleFrontier(size: Int64(size), peaks: peaks))
            #expect(rebuilt == frontier)
        }
    }

    @Test func peaksOfAnotherSizeMakeNoTree() {
        #expect(MerkleFrontier(size: 3, peaks: [[1]]) == nil)
        #expect(MerkleFrontier(size: -1, peaks: []) == nil)
    }
}
