/// The outcome of judging one value, or one part. What is not known is never a pass.
package enum Verdict: String, Sendable {
    case pass = "PASS"
    case fail = "FAIL"
    case indeterminate = "INDETERMINATE"

    /// The verdict on a whole: one FAIL fails it, else one INDETERMINATE leaves it undecided.
    ///
    /// No verdicts at all leave it undecided.
    package static func combined(_ verdicts: some Sequence<Verdict>) -> Verdict {
        var all: Verdict?
        for verdict in verdicts {
            switch verdict {
            case .fail: return .fail
            case .indeterminate: all = .indeterminate
            case .pass: all = all ?? .pass
            }
        }
        return all ?? .indeterminate
    }
}

/// How a value is compared with a limit (ASTM E29 sections 5 and 6); a specification must name one.
package enum ComparisonRule: String, Sendable {
    /// Any excess, however small, is outside.
    case absolute
    /// The value is first rounded to the last place of the limit, halves to even.
    case rounded
}

/// What a characteristic must be: between limits, both of which belong to it.
package struct Tolerance: Sendable, Equatable {
    package let nominal: ExactDecimal?
    package let lsl: ExactDecimal?
    package let usl: ExactDecimal?
    package let rule: ComparisonRule

    package init(nominal: ExactDecimal?, lsl: ExactDecimal?, usl: ExactDecimal?, rule: ComparisonRule) {
        (self.nominal, self.lsl, self.usl, self.rule) = (nominal, lsl, usl, rule)
    }

    /// PASS within the limits, the limits included; FAIL outside; INDETERMINATE where there is no limit.
    package func verdict(for value: ExactDecimal) -> Verdict {
        guard lsl != nil || usl != nil else { return .indeterminate }
        if let lsl, compared(value, with: lsl) < lsl { return .fail }
        if let usl, compared(value, with: usl) > usl { return .fail }
        return .pass
    }

    private func compared(_ value: ExactDecimal, with limit: ExactDecimal) -> ExactDecimal {
        rule == .absolute ? value : value.rounded(toPlace: limit.exponent)
    }
}
