package import Codecs

/// Whether a scanned part is what its mark says, as far as the part table, the ledger and the other stations
/// know: the answer that decides whether a cycle begins, and the gate that the record keeps.
package struct PartScreening: Sendable, Equatable {
    /// In the order of `PartFinding.Code`; empty where nothing speaks against the part.
    package let findings: [PartFinding]
    /// Whose part it is; nil where the table does not say.
    package let company: String?
    /// The table that was asked; nil where there is none.
    package let tableSHA256: String?
    /// The files of serial numbers that belong to the table.
    package let listsSHA256: [String]

    /// The name of this gate in a record's `gates`.
    package static let gate = "part_authenticity"

    /// Screens `part` against `table`, what the ledger knows, and the stations that have such a part open.
    package init(
        _ part: PartIdentity, table: PartTable?, history: PartHistory = .empty, openAt stations: [String] = []
    ) {
        let checks = PartChecks(part: part, table: table, history: history, stations: stations)
        findings = PartFinding.Code.allCases.compactMap { code in
            checks.sentence(code).map {
                PartFinding(code, table?.severity(of: code) ?? code.severity, $0)
            }
        }
        company = table?.row(part.number)?.company
        tableSHA256 = table?.sha256
        listsSHA256 = table?.listsSHA256 ?? []
    }

    /// Why no cycle may begin; nil where one may.
    package var refusal: PartFinding? { findings.first { $0.severity == .refuse } }

    /// The entry of a record's `gates`.
    package var json: JSONValue {
        let answer = refusal == nil ? findings.isEmpty ? "pass" : "hold" : "refuse"
        return [
            "gate": .string(Self.gate), "answer": .string(answer),
            "company": .optional(company), "table_sha256": .optional(tableSHA256),
            "lists_sha256": .array(listsSHA256.map(JSONValue.string)),
            "findings": .array(findings.map(\.json)),
        ]
    }

    /// The screening that `json` tells of; nil where it is not of the form that `json` has.
    package init?(json: JSONValue) {
        guard json["gate"]?.text == Self.gate, let elements = json["findings"]?.elements else { return nil }
        findings = elements.compactMap(PartFinding.init(json:))
        guard findings.count == elements.count else { return nil }
        company = json["company"]?.text
        tableSHA256 = json["table_sha256"]?.text
        listsSHA256 = (json["lists_sha256"]?.elements ?? []).compactMap(\.text)
    }

    /// The audit entries of the findings, each an alert of its own.
    func alerts(about part: PartIdentity, at moment: Moment, station: String) -> [JSONValue] {
        findings.map { finding in
            AuditEvent.partAlert.body(
                at: moment, station: station,
                [
                    "finding": .string(finding.code.rawValue), "severity": .string(finding.severity.rawValue),
                    "text": .string(finding.text), "part": part.json,
                    "table_sha256": .optional(tableSHA256),
                ])
        }
    }
}
