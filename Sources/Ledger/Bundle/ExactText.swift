internal import Codecs

/// A text that equals no other, byte by byte, as SQLite and canonical JSON compare.
///
/// Swift holds texts to be equal that only look the same: under a forger's hands two records would be one.
struct ExactText: Hashable, CustomStringConvertible {
    let description: String

    init(_ text: String) { description = text }

    static func == (one: ExactText, other: ExactText) -> Bool {
        one.description.utf8.elementsEqual(other.description.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = description
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Which record on its way to which sink.
struct DeliveryName: Hashable, CustomStringConvertible {
    let record: ExactText
    let sink: ExactText

    init(record: String, sink: String) { (self.record, self.sink) = (ExactText(record), ExactText(sink)) }

    /// What a receipt's body is about; nil where it names no record and sink.
    init?(receipt body: JSONValue) {
        guard let record = body["record"]?.text, let sink = body["sink"]?.text else { return nil }
        self.init(record: record, sink: sink)
    }

    var description: String { "\(record) \(sink)" }
}
