import Codecs
import Drivers
import Inspection
import Ledger
import Metrology
import Profiles
import Transports

extension StationRunner {
    /// Takes a scan, and tells its scanner once it is durable what became of it.
    func take(_ read: ScanRead, _ ticket: ScanTicket) async throws {
        ticket.answer(try await feed(try input(for: read, ticket), from: read.device))
    }

    /// Takes what `scanner` sent and could not be made a mark of; `bytes` are what is left of it.
    func takeMisread(
        _ reason: String, _ bytes: [UInt8], from scanner: String, _ ticket: ScanTicket
    ) async throws {
        let input = CycleMachine.Input.refused(.badMark, text: StationWords.misread(reason), scan: bytes)
        ticket.answer(try await feed(input, from: scanner))
    }

    /// Takes what the scanner of the device of `role` read, as it takes what its own scanners read.
    func take(_ scan: DeviceScan, from role: String) async throws {
        let (device, id) = (devices[role], station.gauges[role]?.id ?? role)
        let ticket = ScanTicket { _ in device?.submit(.scanTaken(scan.number)) }
        services.counters.countScan(of: id)
        if let fault = scan.fault { return try await takeMisread(fault, scan.bytes, from: id, ticket) }
        try await take(
            ScanRead(bytes: scan.bytes, symbology: nil, stamp: scan.stamp, device: id), ticket)
    }

    /// Feeds what somebody scanned or pressed at `source`, and says in one line what became of it once that
    /// is durable. Returns whether it was taken.
    func feed(_ input: CycleMachine.Input, from source: String) async throws -> Bool {
        let refused = machine.refusedScans
        try await feed(input)
        let refusal = machine.refusedScans == refused ? nil : machine.refusal
        let line = ScanLine(input, refusal)
        services.log.say(line.priority, "\(station.id): \(source): \(line.text)")
        return refusal == nil
    }

    private func input(for read: ScanRead, _ ticket: ScanTicket) throws -> CycleMachine.Input {
        guard !inbox.isFinished else {
            return .refused(.stopping, text: StationWords.stopping, scan: read.bytes)
        }
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
            return .refused(code, text: text, scan: bytes)
        case .code(let action, let bytes):
            return try input(
                for: ActionScan(
                    action, bytes: bytes, timing: timing, codeSetSHA256: services.codes?.sha256))
        case .part(let part):
            return .part(
                part, cycle: newID(), priorAttempts: try attempts(of: part), timing: timing,
                screening: try screening(of: part))
        }
    }

    func input(for code: ActionScan) throws -> CycleMachine.Input {
        let last =
            code.action == .retest
            ? machine.lastRecord?.body["part"].flatMap(PartIdentity.init(json:)) : nil
        return .code(
            code, cycle: newID(), priorAttempts: try last.map(attempts) ?? 0,
            screening: try last.flatMap(screening))
    }

    private func attempts(of part: PartIdentity) throws -> Int {
        try services.reader.attempts(
            serial: part.serial, partNumber: part.number, operation: station.plan.operation)
    }
}
