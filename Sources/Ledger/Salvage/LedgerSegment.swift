internal import Codecs

/// Where a ledger goes on whose database was damaged and set aside: what its first entry says of it.
package struct LedgerSegment: Sendable, Equatable {
    /// One file that was set aside.
    package struct File: Sendable, Equatable {
        package let name: String
        /// SHA-256 in lower-case hexadecimal digits.
        package let sha256: String
    }

    /// The event of its first entry.
    package static let event = "ledger.salvaged"

    /// 2 for the one after the first ledger.
    package let number: Int64
    /// What its checkpoints are signed as: the gateway's name with the number after it, so that no two
    /// checkpoints of one name and size differ.
    package let origin: String
    /// When the earlier one was set aside: UTC with nine decimals.
    package let at: String
    /// Where it lies, as seen from the data directory.
    package let folder: String
    /// What was found to be damaged.
    package let reason: String
    package let files: [File]
    /// The newest checkpoint of the earlier one that its hashes agree with, as a signed note.
    package let lastGood: String
    /// The newest checkpoint that is known of the earlier one, where it is beyond `lastGood`.
    package let newestSigned: String?
    /// The numbers that the entries after the first had in the earlier one, as many as were taken over.
    package let carriedFrom: [Int64]
    package var carried: Int64 { Int64(carriedFrom.count) }
    /// What could not be carried over, in words; the first of `unprovenCount`.
    package let unproven: [String]
    package let unprovenCount: Int64
    /// SHA-256 of evidence that entries name which were carried over, and that could not be read.
    package let lostEvidence: Set<String>

    /// The segment whose first entry has this body; nil where it is another.
    init?(body: JSONValue) {
        guard body["event"]?.text == Self.event, let number = body["segment"]?.integer, number > 1,
            let origin = body["origin"]?.text, let folder = body["folder"]?.text,
            let lastGood = body["last_good"]?["note"]?.text
        else { return nil }
        (self.number, self.origin, self.folder, self.lastGood) = (number, origin, folder, lastGood)
        at = body["at"]?.text ?? ""
        reason = body["reason"]?.text ?? ""
        files = (body["files"]?.elements ?? []).compactMap { file in
            guard let name = file["name"]?.text, let sha256 = file["sha256"]?.text else { return nil }
            return File(name: name, sha256: sha256)
        }
        newestSigned = body["newest_signed"]?["note"]?.text
        carriedFrom = (body["carried_from"]?.elements ?? []).compactMap(\.integer)
        unproven = (body["unproven"]?.elements ?? []).compactMap(\.text)
        unprovenCount = body["unproven_count"]?.integer ?? 0
        lostEvidence = Set((body["lost_evidence"]?.elements ?? []).compactMap(\.text))
    }

    /// Id of the entry by which somebody acknowledges that the earlier one was set aside.
    package var acknowledgement: String { Self.acknowledgement(of: number) }

    static func acknowledgement(of number: Int64) -> String { "ledger.salvaged/\(number)/acknowledged" }

    /// What this segment's checkpoints are signed as, in the ledger that a configuration calls `name`.
    func origin(under name: String) throws(LedgerError) -> String {
        guard origin == name || origin == "\(name)/\(number)" else {
            throw LedgerError(
                .invalid, what: "this ledger is \(origin), not \(name)", place: "entry 1",
                remedy: "put the site and gateway id back, or use another data directory")
        }
        return origin
    }

    /// Whether `origin` is that of the segment before `segment`.
    static func areNeighbours(_ origin: String, _ segment: LedgerSegment) -> Bool {
        let name = segment.origin.dropLast(String(segment.number).utf8.count + 1)
        return number(of: origin, under: String(name)) == segment.number - 1
    }

    /// Number of the segment whose checkpoints are signed as `origin`; nil where it is another ledger's.
    static func number(of origin: String, under name: String) -> Int64? {
        if origin == name { return 1 }
        guard origin.hasPrefix(name + "/"), let number = Int64(origin.dropFirst(name.utf8.count + 1)),
            number > 1, origin == "\(name)/\(number)"
        else { return nil }
        return number
    }
}

extension SQLiteDatabase {
    /// The segment that this ledger is; nil where it is the first, or its first entry cannot be read.
    func segment() throws(LedgerError) -> LedgerSegment? {
        let body = try first("SELECT body FROM entry WHERE seq = 1") { $0.bytes(0) }
        // A body that is no JSON is found by verification; that it is another segment's, by its checkpoints.
        guard let body, let value = try? JSONParser.parse(body) else { return nil }
        return LedgerSegment(body: value)
    }
}

extension LedgerReader {
    /// The segment that this ledger is, where an earlier one was set aside; else nil.
    package func segment() throws(LedgerError) -> LedgerSegment? {
        try reading { database throws(LedgerError) in try database.segment() }
    }
}
