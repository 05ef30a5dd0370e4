package import Codecs

/// What is known beforehand of the parts that a site inspects: how their serial numbers look, whose they are,
/// who may make them, and which serial numbers exist or are suspect.
package struct PartTable: Sendable, Equatable {
    /// In the order of the file; each number once.
    package let rows: [Row]
    /// What a finding does; those that are not here do what `PartFinding.Code.severity` says.
    package let severities: [PartFinding.Code: PartFinding.Severity]
    /// SHA-256 of the table's file, lower-case hex.
    package let sha256: String
    /// SHA-256 of each file of serial numbers that it names, sorted.
    package let listsSHA256: [String]
    private let places: [String: Int]

    package init(
        rows: [Row], severities: [PartFinding.Code: PartFinding.Severity] = [:], sha256: String,
        listsSHA256: [String] = []
    ) {
        (self.rows, self.severities) = (rows, severities)
        (self.sha256, self.listsSHA256) = (sha256, listsSHA256)
        places = Dictionary(rows.indices.map { (rows[$0].number, $0) }, uniquingKeysWith: min)
    }

    /// What is known of one part number.
    package struct Row: Sendable, Equatable {
        package let number: String
        /// The forms of its serial numbers; empty where nothing is said of them.
        package var serials: [CodePattern] = []
        /// Whose parts these are, where a site works for several.
        package var company: String?
        /// The enterprises whose marks its parts may carry; empty where nothing is said of them.
        package var makers: [EnterpriseIdentifier] = []
        /// Every serial number that was given out; nil where that is not known.
        package var issued: SerialList?
        package var suspects: [SuspectList] = []
        /// Parts that were taken out of use elsewhere, as a quality system knows it.
        package var scrapped: [SuspectList] = []
        /// The form of its trim codes, which tell how an injector injects and not which one it is.
        package var trimCode: CodePattern?

        package init(number: String) { self.number = number }

        package func hasForm(of serial: String) -> Bool { serials.contains { $0.matches(serial) } }
    }

    /// Serial numbers of parts that must not be taken for good, and where that was learnt.
    package struct SuspectList: Sendable, Equatable {
        package let serials: SerialList
        /// Counts for every serial that has none of its own.
        package let reason: String
        /// The report or alert that says so.
        package let source: String

        package init(serials: SerialList, reason: String, source: String) {
            (self.serials, self.reason, self.source) = (serials, reason, source)
        }
    }

    package func row(_ number: String) -> Row? { places[number].map { rows[$0] } }

    /// The part numbers whose serial numbers look like `serial`, in the order of the file.
    package func numbers(ofSerial serial: String) -> [String] {
        rows.filter { $0.hasForm(of: serial) }.map(\.number)
    }

    /// Whether `code` has the form of some part's trim code.
    package func isTrimCode(_ code: String) -> Bool { rows.contains { $0.trimCode?.matches(code) == true } }

    /// What a finding of this code does.
    package func severity(of code: PartFinding.Code) -> PartFinding.Severity {
        severities[code] ?? code.severity
    }
}
