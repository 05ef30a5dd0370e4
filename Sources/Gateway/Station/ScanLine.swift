import Inspection

/// What the log says of one scan, or of what was pressed instead: one line, whatever came of it.
struct ScanLine {
    let priority: EventLog.Priority
    let text: String

    /// `refusal` is nil where `input` was taken.
    init(_ input: CycleMachine.Input, _ refusal: CycleMachine.Refusal?) {
        let findings = Self.screening(input)?.findings ?? []
        if let refusal {
            priority = refusal.code == .configurationCode ? .error : refusal.isCalm ? .info : .warning
        } else {
            priority = findings.isEmpty ? .info : .warning
        }
        let outcome = refusal.map { "refused (\($0.code.rawValue)): \($0.text)" } ?? Self.taken(input)
        let found = findings.map { finding in
            // The sentence of the finding that refused the part is said already.
            let text = finding.text == refusal?.text ? "" : ": \(finding.text)"
            return "[\(finding.code.rawValue), \(finding.severity.rawValue)\(text)]"
        }
        text = ([outcome] + found).joined(separator: " ")
    }

    private static func screening(_ input: CycleMachine.Input) -> PartScreening? {
        switch input {
        case .part(_, _, _, _, let screening), .code(_, _, _, let screening): screening
        default: nil
        }
    }

    private static func taken(_ input: CycleMachine.Input) -> String {
        switch input {
        case .badge(let inspector, _, _): "the badge of \(inspector) was taken"
        case .part(let part, _, _, _, _): "\(part.serial) is being inspected"
        case .code(let code, _, _, _): "\(code.action.rawValue) was obeyed"
        default: "taken"
        }
    }
}
