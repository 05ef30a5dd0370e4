import Inspection
import Ledger

extension StationRunner {
    /// What speaks against `part`; nil while a cycle runs, for then no scan of a part counts.
    func screening(of part: PartIdentity) throws -> PartScreening? {
        guard machine.cycle == nil else { return nil }
        let others = services.partsInWork.claim(part, at: station.id)
        let decisions = try services.reader.decisions(serial: part.serial, uii: part.uii)
        let history = PartHistory(entries: decisions.entries.map(\.body), isWhole: decisions.isWhole)
        return PartScreening(part, table: station.parts, history: history, openAt: others)
    }
}
