package import Codecs

/// A sink as the gate needs to know it.
package struct SinkDescription: Sendable, Hashable {
    /// The sink's name in the configuration, and in front of which outbox its records wait.
    package let name: String
    /// Whether the configuration says `accepts: test`: simulated and replayed records may go there.
    package let acceptsTestData: Bool

    package init(name: String, acceptsTestData: Bool) {
        (self.name, self.acceptsTestData) = (name, acceptsTestData)
    }
}

/// What is handed to a sink: one entry's canonical bytes and what they are known by.
package struct Parcel: Sendable, Equatable {
    package let id: String
    /// SHA-256 of `bytes`, 64 lower-case hexadecimal digits: the same content has the same, for ever.
    package let sha256: String
    /// Canonical JSON (RFC 8785).
    package let bytes: [UInt8]
    package let body: JSONValue

    package init(id: String, sha256: String, bytes: [UInt8], body: JSONValue) {
        (self.id, self.sha256, self.bytes, self.body) = (id, sha256, bytes, body)
    }
}

/// What came of an attempt to deliver.
package enum DeliveryOutcome: Sendable, Equatable {
    /// The sink holds the record durably; the receipt is what it said.
    case delivered(receipt: JSONValue)
    /// The sink held the very same record already.
    case duplicate(receipt: JSONValue)
    /// The sink will never take it. `isAlarm`: it holds another content under the same id.
    case refused(reason: String, isAlarm: Bool)
    /// The sink certainly did not take it, and may take it later.
    case unreachable(reason: String)
    /// Nobody knows whether the sink took it.
    case ambiguous(reason: String)
}

/// What a sink says when it is asked for a record by its id.
package enum LookUpOutcome: Sendable, Equatable {
    case found(receipt: JSONValue)
    case absent
    /// The sink holds another content under this id.
    case conflict(reason: String)
    case unreachable(reason: String)
}

/// Where records are delivered.
package protocol Sink: Sendable {
    var about: SinkDescription { get }

    /// Whether delivering the same record twice has one effect and is answered `.duplicate`.
    ///
    /// Where it is not, a record that may have been sent before is looked up first.
    var confirmsDuplicates: Bool { get }

    /// Hands the record over; returns when the sink has answered or can no longer be expected to.
    func deliver(_ parcel: Parcel) async -> DeliveryOutcome

    /// Asks whether the sink holds the record.
    func lookUp(id: String, sha256: String) async -> LookUpOutcome
}
