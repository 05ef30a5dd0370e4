/// A part of a YAML document that knows where it stands.
///
/// Scalars keep the text that the person wrote: whether `on`, `0x10` or `1.50` is a flag, a number or a text
/// is for the reader of a key to say, not for YAML's guessing.
package struct YAMLNode: Sendable {
    package let place: SourcePlace
    package let content: Content

    /// One of the three forms that YAML has.
    package enum Content: Sendable {
        case scalar(text: String, isQuoted: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// A key and its value; no two entries of a mapping have the same key.
    package struct Entry: Sendable {
        package let key: String
        package let place: SourcePlace
        package let value: YAMLNode
    }

    /// The text of a scalar; nil for anything else.
    package var text: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// Whether nothing was written: an empty value, `~` or `null`, without quotes.
    package var isNull: Bool {
        guard case .scalar(let text, false) = content else { return false }
        return ["", "~", "null"].contains(text)
    }

    /// What this is, as a message says it.
    package var form: String {
        switch content {
        case .scalar(let text, _): isNull ? "nothing" : Wording.quoted(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
