internal import Codecs

/// What becomes durable together or not at all.
package struct LedgerTransaction: Sendable {
    package var drafts: [EntryDraft]
    package var outbox: [OutboxChange]

    package init(drafts: [EntryDraft] = [], outbox: [OutboxChange] = []) {
        (self.drafts, self.outbox) = (drafts, outbox)
    }
}

/// What changes in a sink's outbox. Nothing is ever taken out of it.
package struct OutboxChange: Sendable, Equatable {
    /// What becomes of the entry in front of the sink.
    package enum Change: Sendable, Equatable {
        /// The sink holds the record; `receipt` is the id of the receipt entry, written in this transaction
        /// or before.
        case delivered(receipt: String)
        /// An attempt failed and will be made again. `nextAttemptAt`: UTC nanoseconds, for people to read.
        case postponed(reason: String, nextAttemptAt: Int64)
        /// The sink refused the record: a person must look.
        case quarantined(reason: String)
        /// The record must not go to this sink.
        case withheld(reason: String)
        /// To be sent (again), by a person's order.
        case released
    }

    package let sink: String
    /// The entry that waits there.
    package let seq: Int64
    package let change: Change

    package init(sink: String, seq: Int64, _ change: Change) {
        (self.sink, self.seq, self.change) = (sink, seq, change)
    }
}

/// A transaction made ready outside the writer's thread: bodies in canonical form, hashed, evidence deflated.
struct PreparedTransaction: Sendable {
    struct Draft: Sendable {
        let draft: EntryDraft
        let bytes: [UInt8]
        let leafHash: [UInt8]
        let evidence: [(sha256: String, size: Int, stream: [UInt8])]
        let deviceState: [(device: String, json: [UInt8])]
        let projection: Projection
        /// Each once, in order.
        let sinks: [String]
    }

    let drafts: [Draft]
    let outbox: [OutboxChange]

    /// Whether a sink has something to do, or to leave, because of it.
    var changesOutbox: Bool { !outbox.isEmpty || drafts.contains { !$0.draft.outbox.isEmpty } }

    /// Throws `.invalid` for a draft that could not be read back or proved later.
    init(_ transaction: LedgerTransaction) throws(LedgerError) {
        var drafts: [Draft] = []
        for draft in transaction.drafts { drafts.append(try Self.prepared(draft)) }
        (self.drafts, outbox) = (drafts, transaction.outbox)
    }

    private static func prepared(_ draft: EntryDraft) throws(LedgerError) -> Draft {
        func invalid(_ what: String) -> LedgerError {
            LedgerError(
                .invalid, what: what, place: "entry \(draft.id.prefix(EntryDraft.longestID))",
                remedy: "report this: the program tried to write what it could not prove")
        }
        guard (1...EntryDraft.longestID).contains(draft.id.utf8.count) else {
            throw invalid("an id has 1 to \(EntryDraft.longestID) bytes")
        }
        guard isReadable(draft.body, levels: JSONParser.deepestNesting) else {
            throw invalid("the body has a number beyond 2^53-1 or is nested too deep to be read back")
        }
        let bytes = CanonicalJSON.bytes(draft.body)
        let named = Set((draft.body["evidence"]?.elements ?? []).compactMap(\.text))
        var evidence: [(sha256: String, size: Int, stream: [UInt8])] = []
        for blob in draft.evidence {
            let sha256 = SHA256Digest.hex(of: blob)
            guard named.contains(sha256) else {
                throw invalid("the body does not name its evidence \(sha256)")
            }
            guard blob.count <= Deflated.largest, let stream = Deflated.bytes(blob) else {
                throw invalid("evidence of \(blob.count) bytes; the most is \(Deflated.largest)")
            }
            evidence.append((sha256, blob.count, stream))
        }
        return Draft(
            draft: draft, bytes: bytes, leafHash: MerkleTree.leafHash(bytes), evidence: evidence,
            deviceState: draft.deviceState.map { ($0.key, CanonicalJSON.bytes($0.value)) },
            projection: Projection(kind: draft.kind, id: draft.id, body: draft.body),
            sinks: draft.outbox.count < 2 ? draft.outbox : Set(draft.outbox).sorted())
    }

    /// Whether `JSONParser` reads back what `CanonicalJSON` writes of `value`.
    private static func isReadable(_ value: JSONValue, levels: Int) -> Bool {
        guard levels > 0 else { return false }
        switch value {
        case .null, .bool, .string: return true
        case .number(let number): return number.magnitude <= JSONValue.largestNumber.magnitude
        case .array(let elements): return elements.allSatisfy { isReadable($0, levels: levels - 1) }
        case .object(let members): return members.values.allSatisfy { isReadable($0, levels: levels - 1) }
        }
    }
}
