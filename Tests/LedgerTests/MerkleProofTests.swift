import Codecs
import Ledger
import Testing

/// Proofs of trees of every size up to 100, and of some far larger ones, judged by Go's `sumdb/tlog`.
struct MerkleProofTests {
    /// A tree whose leaves are the texts of their indices.
    private struct Tree {
        let leaves: [[UInt8]]
        /// Root of each tree of the first leaves.
        let roots: [[UInt8]]

        init(_ count: Int) {
            leaves = (0..<count).map { MerkleTree.leafHash(Array("\($0)".utf8)) }
            var frontier = MerkleFrontier()
            var roots = [frontier.root]
            for leaf in leaves {
                _ = frontier.append(leafHash: leaf)
                roots.append(frontier.root)
            }
            self.roots = roots
        }

        func hashes(_ runs: [MerkleRun]) -> [[UInt8]] {
            runs.map { run in
                var frontier = MerkleFrontier()
                for index in run.start..<(run.start + run.count) {
                    _ = frontier.append(leafHash: leaves[Int(index)])
                }
                return frontier.root
            }
        }
    }

    private struct Case {
        var members: [String: JSONValue]

        init(_ proof: [[UInt8]], size: Int, root: [UInt8], holds: Bool) {
            members = [
                "proof": .array(proof.map { .string(Hex.text($0)) }), "size": .number(Int64(size)),
                "root": .string(Hex.text(root)), "holds": .bool(holds),
            ]
        }
    }

    private func judged(_ cases: [Case]) throws -> String {
        let scratch = try Scratch()
        let lines = cases.map { CanonicalJSON.text(.object($0.members)) + "\n" }.joined()
        try scratch.write("cases", lines)
        return Scratch.proofJudge("cases < '\(scratch.path)/cases'")
    }

    /// A hash in the wrong place, a bit turned, one too many, one too few.
    private func damaged(_ proof: [[UInt8]], _ turn: Int) -> [[UInt8]]? {
        var proof = proof
        switch turn % 4 {
        case 0: proof.append([UInt8](repeating: 7, count: 32))
        case 1 where !proof.isEmpty: proof.removeLast()
        case 2 where proof.count > 1 && proof[0] != proof[1]: proof.swapAt(0, 1)
        case 3 where !proof.isEmpty: proof[turn % proof.count][turn % 32] ^= 1
        default: return nil
        }
        return proof
    }

    @Test func everyLeafOfEverySmallTreeIsProvedAndNoDamagedProofIs() throws {
        let tree = Tree(100)
        var cases: [Case] = []
        for size in 1...100 {
            for index in 0..<size {
                let leaf = tree.leaves[index]
                let runs = MerkleTree.inclusionProof(ofLeaf: Int64(index), inTreeOf: Int64(size))
                let proof = tree.hashes(runs)
                let bad = damaged(proof, cases.count).map { ($0, false) }
                for (proof, holds) in [(proof, true)] + [bad].compactMap(\.self) {
                    let root = MerkleTree.root(
                        ofLeaf: leaf, at: Int64(index), inTreeOf: Int64(size), by: proof)
                    #expect((root == tree.roots[size]) == holds, "leaf \(index) of \(size)")
                    var one = Case(proof, size: size, root: tree.roots[size], holds: holds)
                    one.members["index"] = .number(Int64(index))
                    one.members["leaf"] = .string(Hex.text(leaf))
                    cases.append(one)
                }
            }
        }
        #expect(try judged(cases) == "\(cases.count)\n")
        #expect(cases.count > 9_000)
    }

    @Test func everySmallTreeIsProvedToBeginEveryLaterOneAndByNoDamagedProof() throws {
        let tree = Tree(100)
        var cases: [Case] = []
        for size in 1...100 {
            for old in 1...size {
                let runs = MerkleTree.consistencyProof(from: Int64(old), to: Int64(size))
                let proof = tree.hashes(runs)
                let bad = damaged(proof, cases.count).map { ($0, false) }
                for (proof, holds) in [(proof, true)] + [bad].compactMap(\.self) {
                    let isSo = MerkleTree.isConsistent(
                        tree.roots[old], of: Int64(old), with: tree.roots[size], of: Int64(size),
                        by: proof)
                    #expect(isSo == holds, "\(old) of \(size)")
                    var one = Case(proof, size: size, root: tree.roots[size], holds: holds)
                    one.members["old"] = .number(Int64(old))
                    one.members["oldRoot"] = .string(Hex.text(tree.roots[old]))
                    cases.append(one)
                }
            }
        }
        #expect(try judged(cases) == "\(cases.count)\n")
    }

    @Test func aTreeThatIsNotThereProvesNothing() {
        #expect(MerkleTree.inclusionProof(ofLeaf: 3, inTreeOf: 3).isEmpty)
        #expect(MerkleTree.inclusionProof(ofLeaf: -1, inTreeOf: 3).isEmpty)
        #expect(MerkleTree.root(ofLeaf: [], at: 3, inTreeOf: 3, by: []) == nil)
        #expect(MerkleTree.root(ofLeaf: [], at: 0, inTreeOf: -1, by: []) == nil)
        #expect(!MerkleTree.isConsistent([1], of: 4, with: [1], of: 3, by: []))
        #expect(MerkleTree.isConsistent(MerkleTree.emptyRoot, of: 0, with: [1], of: 3, by: []))
        #expect(!MerkleTree.isConsistent([1], of: 0, with: [1], of: 3, by: []))
    }

    @Test func aLedgerProvesItsEntriesToSomebodyElse() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        for number in 1...11 { try await writer.append([Scratch.draft("R\(number)")]) }
        try await writer.close()
        let reader = try LedgerReader(path: scratch.ledger)
        let pem = try #require(try DataDirectory.read(reader.directory.publicKey))
        let key = try SigningKey(publicPEM: pem)
        for number in [1, 6, 11] {
            let entry = try #require(try reader.entry(id: "R\(number)"))
            let proof = try #require(try reader.inclusionProof(of: "R\(number)"))
            #expect(InclusionProof(text: proof.text) == proof)
            #expect(proof.objection(to: entry.bytes, key: key) == nil)
            #expect(proof.objection(to: entry.bytes + [32], key: key) != nil)
            #expect(proof.objection(to: entry.bytes, key: try .generate()) != nil)
            try scratch.write("proof", proof.text)
            try scratch.write("entry", String(decoding: entry.bytes, as: UTF8.self))
            let files = "'\(scratch.path)/proof' '\(scratch.path)/entry' '\(reader.directory.publicKey)'"
            #expect(
                Scratch.proofJudge("entry \(files)")
                    == "entry \(entry.seq - 1) of 11 in plumbline/plant-1/bench-pc-07\n")
        }
        #expect(try reader.inclusionProof(of: "R99") == nil)
        #expect(try reader.consistencyProof(from: 4, to: 11).count == 2)
    }

    @Test(arguments: [
        "", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\nindex 01\n\nx",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
        "c2sp.org/tlog-proof@v1\nextra YQ==\nindex 1\n\nx", "c2sp.org/tlog-proof@v1\nindex 1\nYQ==\n\nx",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nx", "c2sp.org/tlog-proof@v1\nindex 1\nindex 1\n\nx",
    ])
    func whatIsNoProofIsNone(text: String) {
        #expect(InclusionProof(text: text) == nil)
    }
}
