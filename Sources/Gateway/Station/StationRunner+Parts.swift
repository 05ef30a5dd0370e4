import Inspection
import Ledger

extension StationRunner {
    /// What speaks against `part`; nil while a cycle runs, for then no scan of a part counts.
    func screening(of part: PartIdentity) throws -> PartScreening? {
        guard machine.cycle == nil else { return nil }
        let others = services.partsInWork.claim(part, at: station.id)
        let history = PartHistory(
            entries: try services.reader.decisions(serial: part.serial, uii: part.uii).map(\.body))
        let screening = PartScreening(part, table: station.parts, history: history, openAt: others)
        for finding in screening.findings {
            services.log.say(
                .warning,
                "\(station.id): \(finding.code.rawValue) (\(finding.severity.rawValue)): \(finding.text)")
        }
        return screening
    }
}
