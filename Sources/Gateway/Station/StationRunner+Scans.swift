import Codecs
import Inspection
import Ledger
import Metrology
import Profiles
import Transports

extension StationRunner {
    /// Takes a scan, and tells its scanner once it is durable what became of it.
    func take(_ read: ScanRead, _ ticket: ScanTicket) async throws {
        let refused = machine.refusedScans
        try await feed(try input(for: read, ticket))
        ticket.answer(machine.refusedScans == refused)
    }

    /// Takes what a scanner sent and could not be made a mark of; `bytes` are what is left of it.
    func takeMisread(_ reason: String, _ bytes: [UInt8], _ ticket: ScanTicket) async throws {
        try await feed(.refused(.badMark, text: StationWords.misread(reason), scan: bytes))
        ticket.answer(false)
    }

    private func input(for read: ScanRead, _ ticket: ScanTicket) throws -> CycleMachine.Input {
        let now = services.time.now().monotonicNanoseconds
        let timing = ticket.timing(of: read)
        if timing.isTooOld(atNanoseconds: now, patience: services.patience(station.id)) {
            let seconds = (now - timing.readAtNanoseconds) / 1_000_000_000
            return .refused(.tooOld, text: StationWords.tooOld(seconds: seconds), scan: read.bytes)
        }
        let classifier = ScanClassifier(station: station, roster: services.roster, codes: services.codes)
        switch classifier.classify(read) {
        case .badge(let inspector, let bytes):
            return .badge(inspector: inspector, scan: bytes, timing: timing)
        case .refused(let code, let text, let bytes):
            if code == .configurationCode { services.log.say(.error, "\(read.device): \(text)") }
            return .refused(code, text: text, scan: bytes)
        case .code(let action, let bytes):
            return try input(
                for: ActionScan(
                    action, bytes: bytes, timing: timing, codeSetSHA256: services.codes?.sha256))
        case .part(let part):
            let attempts = try attempts(of: part.serial)
            return .part(part, cycle: newID(), priorAttempts: attempts, timing: timing)
        }
    }

    func input(for code: ActionScan) throws -> CycleMachine.Input {
        let last = code.action == .retest ? machine.lastRecord?.serial : nil
        return .code(code, cycle: newID(), priorAttempts: try last.map(attempts) ?? 0)
    }

    private func attempts(of serial: String) throws -> Int {
        try services.reader.attempts(serial: serial, operation: station.plan.operation)
    }
}
