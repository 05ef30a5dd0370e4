extension OperatorRoster {
    /// People that one site can have; more is a mistake.
    static let mostOperators = 10_000

    /// The operators in `file`; nil after noting everything that is wrong in `faults`.
    ///
    /// ```yaml
    /// badges: {prefix: "OP:"}
    /// operators:
    ///   - {id: "1042", badge: "OP:5F1C9A"}
    ///   - {id: "2001", badge: "OP:77A0C3", approves: true}
    /// ```
    package static func read(_ file: SourceFile, faults: FaultCollector) -> OperatorRoster? {
        let before = faults.count
        guard let root = file.root(faults), let top = YAMLMapping(root, "an operators file", faults) else {
            return nil
        }
        let badges = top.mapping("badges", "badges")
        let prefix = badges?.required("prefix", .text(2...16))
        badges?.finish()
        if badges == nil, !top.has("badges") {
            faults.fault(top.place, "the file names no badges", #"add `badges: {prefix: "OP:"}`"#)
        }
        if let prefix, prefix.hasPrefix(CodeSet.prefix) {
            badges?.fault(
                "prefix", "what begins with \(Wording.quoted(CodeSet.prefix)) is a code of a signed set",
                "choose another prefix")
        }
        var seen: [String: SourcePlace] = [:]
        let operators = top.mappings("operators", "an operator", most: mostOperators) {
            person($0, prefix: prefix, &seen)
        }
        if operators.isEmpty, faults.count == before {
            faults.fault(top.place, "the file names no operators", "add `operators:`")
        }
        top.finish()
        guard faults.count == before, let prefix else { return nil }
        return OperatorRoster(badgePrefix: prefix, operators: operators, sha256: file.sha256)
    }

    /// One person; `seen` holds the ids and badges of those before.
    private static func person(
        _ mapping: YAMLMapping, prefix: String?, _ seen: inout [String: SourcePlace]
    ) -> Operator? {
        let id = mapping.required("id", .name)
        let badge = mapping.required("badge", .text(3...64))
        let approves = mapping.optional("approves", .flag) ?? false
        if let badge, let prefix, !badge.hasPrefix(prefix) {
            mapping.fault(
                "badge", "badge \(Wording.quoted(badge)) does not begin with \(Wording.quoted(prefix))",
                "write its whole code, or correct the prefix")
        }
        if let badge, badge == prefix {
            mapping.fault("badge", "the badge is nothing but the prefix", "write its whole code")
        }
        for (key, value) in [("id", id), ("badge", badge)] {
            guard let value else { continue }
            if let first = seen["\(key) \(value)"] {
                mapping.fault(
                    key, "\(key) \(Wording.quoted(value)) is there already, at line \(first.line)",
                    "give each person one of their own")
            }
            seen["\(key) \(value)"] = mapping.place(of: key)
        }
        guard let id, let badge else { return nil }
        return Operator(id: id, badge: badge, approves: approves)
    }
}
