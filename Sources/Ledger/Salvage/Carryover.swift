internal import Codecs

/// What of a damaged ledger goes on in the next segment: what the gateway needs to go on working, and no
/// more; the rest is read where the damaged one lies, or from a backup.
///
/// | what | why |
/// |---|---|
/// | entries that wait for a sink | no record may fail to arrive |
/// | the entries of cycles that are open | a part that is being inspected goes on |
/// | dispositions, with the records that they are of | a part that was taken out of use stays so |
/// | the last known state of each device | no result is taken twice |
///
/// Each entry must prove itself: its leaf must be in the tree under the last good checkpoint.
struct Carryover {
    /// An entry that is carried over.
    struct Item {
        let row: DamagedLedger.Row
        let body: JSONValue
        var outbox: [(sink: String, state: String, reason: String)] = []
        var evidence: [String] = []
    }

    /// In the order of their old numbers.
    private(set) var items: [Item] = []
    private(set) var deviceState: [String: JSONValue] = [:]
    /// What could not be carried over, in words.
    private(set) var unproven: [String] = []
    private(set) var unprovenCount: Int64 = 0
    private(set) var lostEvidence: [String] = []
    /// How many entries could be read and were what their hashes were made of.
    private(set) var sound: Int64 = 0
    /// The numbers of those that were not, as runs.
    private(set) var damaged: [ClosedRange<Int64>] = []

    /// What is named of what could not be proved; a damaged ledger may have very much of it.
    private static let mostNamed = 1_000

    private let ledger: DamagedLedger
    private var tree: ProvenTree
    /// The open cycles found so far, by id, with the numbers of their entries.
    private var open: [String: [Int64]] = [:]
    /// The dispositions, each with the id of its record.
    private var dispositions: [(seq: Int64, record: String)] = []
    private var wanted: [Int64: [(sink: String, state: String, reason: String)]] = [:]

    /// Reads `ledger` through; `tree` is that of its last good checkpoint. `signed` is how many entries are
    /// known to have been signed.
    init(from ledger: DamagedLedger, provenBy tree: ProvenTree, signed: Int64) {
        (self.ledger, self.tree) = (ledger, tree)
        readThrough(max(ledger.newest ?? 0, signed))
        wantOutbox()
        wantDispositions()
        wantOpenCycles()
        carry()
        carryDeviceStates()
    }

    private mutating func leaveOut(_ what: String, because why: String) {
        unprovenCount += 1
        if unproven.count < Self.mostNamed { unproven.append("\(what): \(why)") }
    }

    // MARK: What is wanted

    private mutating func readThrough(_ newest: Int64) {
        var seq: Int64 = 1
        while seq <= newest {
            if let row = ledger.row(seq) {
                sound += 1
                note(row)
            } else if let last = damaged.last, last.upperBound == seq - 1 {
                damaged[damaged.count - 1] = last.lowerBound...seq
            } else {
                damaged.append(seq...seq)
            }
            seq += 1
        }
    }

    private mutating func note(_ row: DamagedLedger.Row) {
        // What is no JSON names no cycle and no record.
        guard row.kind != .receipt, let body = try? JSONParser.parse(row.bytes) else { return }
        let projection = Projection(kind: row.kind, id: row.id, body: body)
        if row.kind == .disposition, let record = body["record"]?.text {
            dispositions.append((row.seq, record))
        }
        switch projection.cycle {
        case .happened(let id, _): open[id, default: []].append(row.seq)
        case .closed(let id, _), .recorded(let id, _): open[id] = nil
        case nil: break
        }
    }

    private mutating func wantOutbox() {
        var rows: [(seq: Int64, sink: String, state: String, reason: String)] = []
        let isWhole = ledger.forEach(
            "SELECT seq, sink, state, last_error FROM outbox WHERE state <> 'delivered'"
        ) { row in
            rows.append((row.integer(0), row.text(1), row.text(2), row.text(3)))
        }
        for row in rows { wanted[row.seq, default: []].append((row.sink, row.state, row.reason)) }
        guard !isWhole else { return }
        leaveOut("what waits for the sinks", because: "the outbox cannot be read to its end")
    }

    private mutating func wantDispositions() {
        for (seq, record) in dispositions {
            guard let of = ledger.seq(ofID: record) else {
                leaveOut("entry \(seq)", because: "the record \(record) that it decides on cannot be found")
                continue
            }
            for entry in [of, seq] where wanted[entry] == nil { wanted[entry] = [] }
        }
    }

    /// A cycle goes on only where nothing that may have been its own is missing: a step that is not known to
    /// be done would be done again.
    private mutating func wantOpenCycles() {
        for (id, seqs) in open.sorted(by: { ($0.value.first ?? 0) < ($1.value.first ?? 0) }) {
            guard let first = seqs.first else { continue }
            if let gap = damaged.first(where: { $0.upperBound >= first }) {
                leaveOut(
                    "cycle \(id)",
                    because: "entry \(max(gap.lowerBound, first)) cannot be read, and may be its own")
                continue
            }
            guard seqs.allSatisfy({ isProven($0) }) else {
                leaveOut("cycle \(id)", because: "not all of its entries prove themselves")
                continue
            }
            for seq in seqs where wanted[seq] == nil { wanted[seq] = [] }
        }
    }

    private mutating func isProven(_ seq: Int64) -> Bool {
        guard let row = ledger.row(seq) else { return false }
        return isProven(row)
    }

    private mutating func isProven(_ row: DamagedLedger.Row) -> Bool {
        row.seq <= tree.head.size && tree.leaf(row.seq - 1) == MerkleTree.leafHash(row.bytes)
    }

    // MARK: What is carried over

    private mutating func carry() {
        var ids: Set<String> = []
        for (seq, outbox) in wanted.sorted(by: { $0.key < $1.key }) {
            let sinks = outbox.map(\.sink).joined(separator: ", ")
            let name = "entry \(seq)" + (sinks.isEmpty ? "" : ", which waits for \(sinks),")
            guard let row = ledger.row(seq) else {
                leaveOut(name, because: "it cannot be read, or is not what its hash was made of")
                continue
            }
            guard isProven(row) else {
                leaveOut("\(name) (\(row.id))", because: "no good checkpoint covers it")
                continue
            }
            // The tree covers the body alone: kind and id must follow from it where they can.
            guard let body = try? JSONParser.parse(row.bytes), CanonicalJSON.bytes(body) == row.bytes,
                row.kind == EntryKind(of: body), row.kind != .record || body["id"]?.text == row.id,
                ids.insert(row.id).inserted
            else {
                leaveOut("\(name) (\(row.id))", because: "its row is not that of its body")
                continue
            }
            items.append(item(row, body, outbox))
        }
    }

    private mutating func item(
        _ row: DamagedLedger.Row, _ body: JSONValue,
        _ outbox: [(sink: String, state: String, reason: String)]
    ) -> Item {
        var item = Item(row: row, body: body, outbox: outbox)
        for hash in Set((body["evidence"]?.elements ?? []).compactMap(\.text)).sorted() {
            if ledger.evidence(hash) != nil {
                item.evidence.append(hash)
            } else if !lostEvidence.contains(hash) {
                lostEvidence.append(hash)
            }
        }
        return item
    }

    /// The entry that made a device's state known must prove itself, and name the bytes that it speaks of.
    private mutating func carryDeviceStates() {
        var states: [(device: String, json: [UInt8], seq: Int64)] = []
        let isWhole = ledger.forEach("SELECT device, json, seq FROM device_state") { row in
            states.append((row.text(0), row.bytes(1), row.integer(2)))
        }
        for (device, json, seq) in states {
            // Neither is carried over where it cannot be read: why adds nothing to that.
            guard let state = try? JSONParser.parse(json), let row = ledger.row(seq), isProven(row),
                Self.follows(state, of: device, from: row)
            else {
                leaveOut("the last state of \(device)", because: "no good checkpoint covers what it rests on")
                continue
            }
            deviceState[device] = state
        }
        guard !isWhole else { return }
        leaveOut("the last states of devices", because: "their table cannot be read to its end")
    }

    private static func follows(
        _ state: JSONValue, of device: String, from row: DamagedLedger.Row
    ) -> Bool {
        guard let body = try? JSONParser.parse(row.bytes) else { return false }
        // It was carried over before.
        if body["device_state"]?[device] == state { return true }
        guard let text = state["raw"]?.text else { return true }
        guard let raw = Hex.bytes(text) else { return false }
        return (body["evidence"]?.elements ?? []).contains(.string(SHA256Digest.hex(of: raw)))
    }
}
