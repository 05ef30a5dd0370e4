internal import Codecs

extension EntryKind {
    /// What an entry is by its body, which alone is under the tree's hashes: the column beside it is not.
    init(of body: JSONValue) {
        self =
            switch body["schema"]?.text {
            case "plumbline.inspection/1": .record
            case "plumbline.receipt/1": .receipt
            case "plumbline.audit/1": .audit
            // Dispositions have no form of their own: they name a record, and what becomes of its part.
            default: body["record"]?.text != nil && body["disposition"]?.text != nil ? .disposition : .audit
            }
    }
}
