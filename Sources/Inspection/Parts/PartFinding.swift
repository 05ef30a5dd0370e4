package import Codecs

/// Something about a scanned part that speaks against its being what its mark says.
package struct PartFinding: Sendable, Equatable {
    package let code: Code
    package let severity: Severity
    /// One or two sentences for the technician.
    package let text: String

    /// What was found, by the name that records and audit entries have for it.
    package enum Code: String, Sendable, CaseIterable {
        /// Another station of this gateway has this serial in an open cycle.
        case openElsewhere = "open_elsewhere"
        /// The ledger has this serial under another part number.
        case otherPartNumber = "other_part_number"
        /// The serial does not look like one of its part number, or looks like one of another.
        case serialForm = "serial_form"
        /// The part was rejected or scrapped, and nobody has lifted that since.
        case rejectedBefore = "rejected_before"
        /// The serial was never given out.
        case notIssued = "not_issued"
        case onSuspectList = "on_suspect_list"
        /// The mark names an enterprise that may not make this part.
        case unlistedMaker = "unlisted_maker"
        /// The UII was recorded before for another serial or another original part number.
        case reusedUII = "reused_uii"
        /// The ledger knows more parts with this serial or UII than are compared.
        case historyCut = "history_cut"

        /// What it does where the table says nothing.
        ///
        /// Some may have an innocent cause that the bench cannot settle, a list that lags or a new mark: such
        /// a part may be measured, and is not passed.
        package var severity: Severity {
            switch self {
            case .notIssued, .reusedUII, .historyCut: .hold
            case .openElsewhere, .otherPartNumber, .serialForm, .rejectedBefore, .onSuspectList,
                .unlistedMaker:
                .refuse
            }
        }
    }

    /// What a finding does.
    package enum Severity: String, Sendable, CaseIterable {
        /// No cycle begins.
        case refuse
        /// A cycle may run; its record is never PASS.
        case hold
    }

    package init(_ code: Code, _ severity: Severity, _ text: String) {
        (self.code, self.severity, self.text) = (code, severity, text)
    }

    package var json: JSONValue {
        [
            "code": .string(code.rawValue), "severity": .string(severity.rawValue), "text": .string(text),
        ]
    }

    /// Nil where `json` is not of the form that `json` has.
    package init?(json: JSONValue) {
        guard let code = json["code"]?.text.flatMap(Code.init(rawValue:)),
            let severity = json["severity"]?.text.flatMap(Severity.init(rawValue:)),
            let text = json["text"]?.text
        else { return nil }
        self.init(code, severity, text)
    }
}
