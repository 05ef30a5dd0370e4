/// What a plain code, one word without elements, means to a plan.
package enum PlainCode: Sendable, Hashable, CustomStringConvertible {
    /// The serial number of a part of this part number.
    case serial(partNumber: String)
    /// The code of a work order, as travelers carry it: it stands for no single part.
    case workOrder
    /// An injector's trim code, which tells how it injects and not which one it is.
    case trimCode

    /// `serial number of 4L0014-163B`.
    package var description: String {
        switch self {
        case .serial(let number): "serial number of \(number)"
        case .workOrder: "work order"
        case .trimCode: "trim code"
        }
    }

    /// Which codes have which meaning.
    package struct Table: Sendable, Equatable {
        /// In the order of the file; no code fits two with different meanings where the plan was checked.
        package let entries: [Entry]

        package init(_ entries: [Entry]) { self.entries = entries }

        /// What `code` means; nil where no pattern fits.
        package func meaning(of code: String) -> PlainCode? {
            entries.first { $0.pattern.matches(code) }?.meaning
        }

        /// One pattern and what the codes that fit it mean.
        package struct Entry: Sendable, Equatable {
            package let pattern: CodePattern
            package let meaning: PlainCode

            /// Nil where `pattern` is none.
            package init?(_ pattern: String, _ meaning: PlainCode) {
                guard let pattern = CodePattern(pattern) else { return nil }
                (self.pattern, self.meaning) = (pattern, meaning)
            }
        }
    }
}
