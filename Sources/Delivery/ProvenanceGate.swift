package import Codecs

/// Keeps simulated and replayed records away from sinks that did not ask for test data.
///
/// Asked when a record is enqueued, and again when it is sent: the configuration may have changed between.
package enum ProvenanceGate {
    /// The only provenance that every sink takes.
    private static let live = "live"

    /// Why the record must not go to `sink`; nil where it may. A record that does not say where its values
    /// come from is treated as one that is not live.
    package static func refusal(of record: JSONValue, for sink: SinkDescription) -> String? {
        let provenance = record["provenance"]?.text
        guard provenance != live, !sink.acceptsTestData else { return nil }
        return "provenance is \(provenance ?? "not stated") and sink \(sink.name) does not accept test data"
    }

    /// Names of those of `sinks` that the record may go to, in their order.
    package static func sinks(for record: JSONValue, among sinks: [SinkDescription]) -> [String] {
        sinks.filter { refusal(of: record, for: $0) == nil }.map(\.name)
    }
}
