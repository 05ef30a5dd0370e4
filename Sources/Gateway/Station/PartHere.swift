package import Codecs
import Inspection
import Ledger
package import Profiles

/// What a gateway with this configuration makes of a mark: the part number, and what speaks against the part.
package struct PartHere {
    /// The part numbers that the mark may stand for; a station takes it where there is exactly one.
    let numbers: [String]
    /// Nil where no part number, or more than one, is known.
    let screening: PartScreening?

    /// Throws the configuration's faults, and what reading the ledger throws where there is one.
    package init(_ mark: PartMark, _ deployment: Deployment, data: String) throws {
        numbers = Self.numbers(of: mark, deployment)
        guard let serial = mark.serial, numbers.count == 1, let number = numbers.first else {
            screening = nil
            return
        }
        let part = PartIdentity(
            serial: serial, number: number, uii: mark.uii, lot: mark.lot, rawMark: mark.raw,
            symbology: mark.symbology)
        var history = PartHistory.empty
        var places: [String] = []
        // Before its first start a gateway has no ledger, and no part has a past.
        if DataDirectory(data).holdsLedger {
            let reader = try LedgerReader(path: data)
            let decisions = try reader.decisions(serial: serial, uii: mark.uii)
            history = PartHistory(entries: decisions.entries.map(\.body), isWhole: decisions.isWhole)
            let stations = deployment.configuration.stations.map(\.id)
            places = try PartsInWork(leftOpenIn: reader, at: stations).stations(with: part)
        }
        screening = PartScreening(part, table: deployment.parts, history: history, openAt: places)
    }

    private static func numbers(of mark: PartMark, _ deployment: Deployment) -> [String] {
        if let number = mark.partNumber { return [number] }
        guard let serial = mark.serial, deployment.parts?.isTrimCode(serial) != true else { return [] }
        var numbers = deployment.parts?.numbers(ofSerial: serial) ?? []
        for station in deployment.plans.keys.sorted() {
            guard case .serial(let number) = deployment.plans[station]?.plainCodes.meaning(of: serial),
                !numbers.contains(number)
            else { continue }
            numbers.append(number)
        }
        return numbers
    }

    /// Whether a station would refuse the part, whatever its plan.
    package var isRefused: Bool { screening?.refusal != nil }

    /// What `scan` prints after the mark itself.
    package var lines: [(String, String)] {
        let number = numbers.isEmpty ? "not known" : numbers.joined(separator: " or ")
        guard let screening else { return [("part number here", number)] }
        let findings = screening.findings.map {
            ("finding", "\($0.code.rawValue) (\($0.severity.rawValue)): \($0.text)")
        }
        return [("part number here", number), ("company", screening.company ?? "–")]
            + (findings.isEmpty ? [("findings", "none")] : findings)
    }

    /// The member `here` of what `scan --json` prints.
    package var json: JSONValue {
        [
            "part_numbers": .array(numbers.map(JSONValue.string)), "gate": screening?.json ?? .null,
        ]
    }
}
