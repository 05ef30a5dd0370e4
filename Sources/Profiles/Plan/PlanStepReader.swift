internal import Inspection
internal import Metrology

/// Reads one entry of a plan's `steps:`.
///
/// ```yaml
/// - {id: cap, title: "Tighten the four cap screws", complete: tool.cycle, timeout: 60 s, count: 4,
///    on_fail: {retry: 2, skip: approval, within: 15 min},
///    set: {parameter_set: {"4L0014-163B": "3", "4L0014-170A": "4"}}}
/// ```
struct PlanStepReader {
    let mapping: YAMLMapping
    let faults: FaultCollector
    /// The part numbers that the plan may judge: each needs a value of its own where one has.
    let partNumbers: [String]
    /// What `cycle:` says for all steps.
    let completes: String?
    let timeoutSeconds: Int

    /// How long an approval is waited for unless the plan says so: somebody has to come.
    private static let approvalSeconds = 600

    func read() -> PlanStep? {
        let id = mapping.required("id", .name)
        let title = mapping.optional("title", .text(1...200))
        let own = mapping.optional("complete", .completingRole)
        let timeout = mapping.optional("timeout", .seconds) ?? timeoutSeconds
        let count = mapping.optional("count", .integer(1...PlanStep.mostSamples)) ?? 1
        let rule = failureRule()
        let settings = (mapping.mapping("set", "set")?.namedEntries() ?? []).compactMap(setting)
        guard let completes = own ?? completes else {
            if !mapping.has("complete") {
                faults.fault(
                    mapping.place, "the step never completes",
                    "add `complete: bench.cycle`, here or in `cycle`")
            }
            return nil
        }
        guard let id else { return nil }
        return PlanStep(
            id: id, title: title ?? CharacteristicReader.title(from: id), completes: completes,
            settings: settings, timeoutSeconds: timeout, count: count, onFailure: rule)
    }

    // MARK: What becomes of a failure

    /// The words that stand for a whole rule.
    private enum Rule: String, CaseIterable {
        case close, stay
    }

    private enum Skip: String, CaseIterable {
        case approval
    }

    private func failureRule() -> FailureRule {
        guard let node = mapping.node("on_fail") else { return .close }
        guard case .mapping = node.content else {
            let word: Rule? = mapping.optional("on_fail", .choice)
            return word == .stay
                ? FailureRule(retries: FailureRule.mostRetries, approvalSeconds: nil) : .close
        }
        guard let rule = mapping.mapping("on_fail", "on_fail") else { return .close }
        let retries = rule.optional("retry", .integer(1...FailureRule.mostRetries))
        let skip: Skip? = rule.optional("skip", .choice)
        let seconds = rule.optional("within", .seconds)
        if rule.has("within"), !rule.has("skip") {
            rule.fault("within", "nothing is waited for", "add `skip: approval`, or remove `within`")
        }
        if !["retry", "skip", "within"].contains(where: rule.has) {
            faults.fault(
                rule.place, "on_fail says nothing", "add `retry`, `skip: approval` or both, or write `close`")
        }
        rule.finish()
        return FailureRule(
            retries: retries ?? 0, approvalSeconds: skip.map { _ in seconds ?? Self.approvalSeconds })
    }

    // MARK: Settings

    private func setting(_ entry: YAMLNode.Entry) -> StepSetting? {
        guard case .mapping = entry.value.content else {
            return YAMLForm<ExactDecimal>.decimal.read(entry.value, faults).map {
                StepSetting(point: entry.key, value: .always($0))
            }
        }
        let what = "the values of \(Wording.quoted(entry.key))"
        guard let values = YAMLMapping(entry.value, what, faults) else { return nil }
        var byNumber: [String: ExactDecimal] = [:]
        let before = faults.count
        for value in values.namedEntries() {
            if !partNumbers.contains(value.key) {
                faults.fault(
                    value.place, "\(Wording.quoted(value.key)) is no part number of this plan",
                    NearestName.remedy(for: value.key, among: partNumbers))
            }
            byNumber[value.key] = YAMLForm<ExactDecimal>.decimal.read(value.value, faults)
        }
        for number in partNumbers where byNumber[number] == nil && faults.count == before {
            faults.fault(
                entry.place, "\(what) have none for part number \(Wording.quoted(number))",
                "add it: nothing is guessed")
        }
        return StepSetting(point: entry.key, value: .byPartNumber(byNumber))
    }
}
