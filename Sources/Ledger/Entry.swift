package import Codecs

/// What an entry of the ledger is.
package enum EntryKind: String, Sendable, CaseIterable {
    /// An inspection record: the outcome of one cycle.
    case record
    /// What people decided about a part, after its record.
    case disposition
    /// Something that happened: a cycle opened, an orphan kept, a delivery quarantined.
    case audit
    /// A sink's own confirmation that it holds a record.
    case receipt
}

/// One leaf of the ledger as it was committed; it never changes.
package struct Entry: Sendable, Equatable {
    /// 1, 2, 3 … without gaps; the leaf's index in the tree is one less.
    package let seq: Int64
    package let kind: EntryKind
    /// Unique among all entries, whatever their kind.
    package let id: String
    package let body: JSONValue
    /// The canonical bytes of `body`: what the leaf covers and what is delivered.
    package let bytes: [UInt8]
    /// SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1.
    package let leafHash: [UInt8]

    /// Whether the bytes are still those that were hashed.
    package var isAsHashed: Bool { MerkleTree.leafHash(bytes) == leafHash }
}

/// An entry that is to be written, with everything that must become durable together with it.
package struct EntryDraft: Sendable {
    package let kind: EntryKind
    /// 1 to `longestID` bytes; unique among all entries. The same id with the same body again is the same
    /// entry.
    package let id: String
    package let body: JSONValue
    /// Raw bytes (a curve, a capture) kept beside the entry under their SHA-256. The body must name each as
    /// lower-case hex in its member `evidence`, an array of texts: what no leaf names proves nothing.
    package let evidence: [[UInt8]]
    /// Names of the sinks that this entry is to be delivered to.
    package let outbox: [String]
    /// The latest known state of devices (a counter, a last result's number), replaced whole.
    package let deviceState: [String: JSONValue]

    /// Longest id in bytes; ids are UUIDs or names made of them.
    package static let longestID = 200

    package init(
        kind: EntryKind, id: String, body: JSONValue, evidence: [[UInt8]] = [], outbox: [String] = [],
        deviceState: [String: JSONValue] = [:]
    ) {
        (self.kind, self.id, self.body, self.evidence) = (kind, id, body, evidence)
        (self.outbox, self.deviceState) = (outbox, deviceState)
    }
}
