import Codecs
import Drivers
import Metrology
import Profiles
import Testing

@Suite struct BlockBisectionTests {
    /// A block of numbers of `width` registers each, at these addresses.
    private func block(_ addresses: [Int], width: Int = 1) -> ReadRequest {
        let points = addresses.map { address in
            DevicePoint(
                id: "p\(address)", table: .holding, address: address,
                type: width == 1 ? .uint16 : .float32, byteOrder: .abcd, meaning: .text,
                moment: .every(milliseconds: 1_000), access: .read, clearsOnRead: false, when: nil,
                isUnconfirmed: false, place: SourcePlace(file: "p.yaml"))
        }
        let first = addresses.min() ?? 0
        return ReadRequest(
            id: "holding.0x0000", table: .holding, address: first,
            count: (addresses.max() ?? 0) + width - first, moment: .every(milliseconds: 1_000), points: points
        )
    }

    /// What a search finds on a device that gives what `isGiven` says, and how often it reads.
    private func search(
        _ block: ReadRequest, isGiven: (Range<Int>) -> Bool
    ) -> (finding: BlockBisection.Finding?, reads: Int) {
        var search = BlockBisection(block)
        var reads = 0
        while case .read(let addresses) = search.next {
            reads += 1
            search.heard(isGiven(addresses) ? .values : .refused)
        }
        guard case .settled(let finding) = search.next else { return (nil, reads) }
        return (finding, reads)
    }

    private func hole(_ range: Range<Int>) -> AddressHole { AddressHole(table: .holding, addresses: range) }

    @Test(arguments: 0..<100) func oneMissingRegisterIsFoundAndTheRestReadInTwo(missing: Int) throws {
        let found = search(block(Array(0..<100))) { !$0.contains(missing) }
        let finding = try #require(found.finding)
        #expect(finding.holes == [hole(missing..<missing + 1)])
        #expect(finding.lost == ["p\(missing)"])
        let expected = [0..<missing, missing + 1..<100].filter { !$0.isEmpty }
        #expect(finding.parts.map(\.addresses) == expected)
        #expect(finding.widest == nil)
        // The whole, seven halvings of two reads each, and at most two joins.
        #expect(found.reads <= 1 + 2 * 7 + 2)
    }

    @Test func aValueIsNeverCutAndNeighbouringHolesAreOne() throws {
        let found = search(block(Array(stride(from: 0, to: 40, by: 2)), width: 2)) { !$0.overlaps(11..<13) }
        let finding = try #require(found.finding)
        #expect(finding.holes == [hole(10..<14)])
        #expect(finding.lost == ["p10", "p12"])
        #expect(finding.parts.map(\.addresses) == [0..<10, 14..<40])
        #expect(finding.parts.map { $0.points.count } == [5, 13])
    }

    @Test func aHoleBetweenTwoValuesIsFoundThoughBothAnswer() throws {
        let found = search(block([0, 1, 2, 5, 6, 7])) { !$0.contains(4) }
        let finding = try #require(found.finding)
        #expect(finding.holes == [hole(3..<5)])
        #expect(finding.lost.isEmpty)
        #expect(finding.parts.map(\.addresses) == [0..<3, 5..<8])
    }

    @Test func aLowerCapIsToldAsACapAndNotAsAHole() throws {
        let found = search(block(Array(0..<100))) { $0.count <= 64 }
        let finding = try #require(found.finding)
        #expect(finding.holes.isEmpty && finding.lost.isEmpty)
        #expect(finding.parts.map(\.addresses) == [0..<50, 50..<100])
        #expect(finding.widest == 50)
    }

    @Test func aDeviceThatAnswersAgainKeepsItsBlock() {
        var search = BlockBisection(block([0, 1]))
        #expect(search.next == .read(0..<2))
        search.heard(.values)
        #expect(search.next == .passing)
        search.heard(.refused)
        #expect(search.next == .passing)
    }

    @Test func whereNothingAnswersTheBlockStaysWhole() throws {
        let block = block([0, 1, 2])
        let finding = try #require(search(block) { _ in false }.finding)
        #expect(finding.parts == [block])
        #expect(finding.holes == [hole(0..<3)])
        #expect(finding.lost == ["p0", "p1", "p2"])
    }

    @Test func answersWithoutMeaningAreAskedForAgainAndThenGivenUp() {
        var search = BlockBisection(block([0, 1]))
        search.heard(.unclear)
        search.heard(.unclear)
        search.heard(.refused)
        #expect(search.next == .read(0..<1))
        for _ in 0..<3 { search.heard(.unclear) }
        #expect(search.next == .abandoned)
    }

    /// Whatever is missing: each value that answers is read once, nothing that is refused is read any more,
    /// and the reads stay within what was promised.
    @Test(arguments: 0..<200) func whateverIsMissing(seed: UInt64) throws {
        var random = LinearDraw(seed: seed)
        var addresses: [Int] = []
        for address in 0..<40 where random.number(below: 4) > 0 { addresses.append(address) }
        let missing = Set((0..<1 + random.number(below: 5)).map { _ in random.number(below: 40) })
        let cap = random.number(below: 3) == 0 ? 8 + random.number(below: 20) : 125
        func isGiven(_ range: Range<Int>) -> Bool {
            range.count <= cap && missing.isDisjoint(with: range)
        }
        let block = block(addresses)
        guard !isGiven(block.addresses) else { return }
        let found = search(block, isGiven: isGiven)
        let finding = try #require(found.finding)
        let given = addresses.filter { !missing.contains($0) }
        #expect(finding.parts.flatMap(\.points).map(\.address) == given, "seed \(seed)")
        #expect(finding.parts.allSatisfy { isGiven($0.addresses) }, "seed \(seed)")
        #expect(Set(finding.lost) == Set(addresses.filter(missing.contains).map { "p\($0)" }), "seed \(seed)")
        if cap == 125 {
            let needed = Set(given.map { address in missing.count { $0 < address } }).count
            #expect(finding.parts.count == needed, "seed \(seed)")
            #expect(found.reads <= 1 + missing.count * (2 * 6 + 4), "seed \(seed)")
        }
    }
}

/// Linear congruential generator (Knuth, MMIX): a seed gives its draws again.
struct LinearDraw {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2 &+ 1 }

    mutating func number(below: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % below
    }
}
