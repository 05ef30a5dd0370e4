/// Who may work at the stations, and by which badge they are known.
package struct OperatorRoster: Sendable, Equatable {
    /// What every badge's code begins with, so that a badge is never taken for a part.
    package let badgePrefix: String
    package let operators: [Operator]
    /// SHA-256 of the file's bytes, lower-case hex.
    package let sha256: String

    /// A person as records name them: by number, never by name.
    package struct Operator: Sendable, Equatable {
        package let id: String
        package let badge: String
        /// Whether this person may let a cycle go on with a result that is no PASS.
        package let approves: Bool

        package init(id: String, badge: String, approves: Bool = false) {
            (self.id, self.badge, self.approves) = (id, badge, approves)
        }
    }

    package init(badgePrefix: String, operators: [Operator], sha256: String) {
        (self.badgePrefix, self.operators, self.sha256) = (badgePrefix, operators, sha256)
    }

    /// Whether a scanned text is meant as a badge, known or not.
    package func isBadge(_ text: String) -> Bool { text.hasPrefix(badgePrefix) }

    /// Ids of those who may let a cycle go on with a result that is no PASS.
    package var approvers: Set<String> { Set(operators.filter(\.approves).map(\.id)) }

    /// Whose badge `text` is; nil for an unknown one, which arms nothing.
    package func operatorID(badge text: String) -> String? { operators.first { $0.badge == text }?.id }
}
