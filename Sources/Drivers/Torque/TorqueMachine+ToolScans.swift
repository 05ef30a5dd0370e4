import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// Scans that are made with the tool's own scanner.
extension TorqueMachine {
    func subscriptionOfScans() -> OpenProtocolRequest? {
        switch setup.profile.scans {
        case .single: .subscribe(.identifier, revision: scanner.revision)
        case .several: .subscribe(.multipleIdentifiers, revision: scanner.revision)
        case .none: nil
        }
    }

    /// MIDs 0052 and 0152.
    mutating func told(
        _ identifier: OpenProtocolIdentifier, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        let now = stamp.monotonicNanoseconds
        switch scanner.heard(identifier, isReady: phase == .ready, now) {
        case .nothing: acknowledge(event: identifier.message.mid, now, &output)
        case .scans(let scans):
            for scan in scans {
                let told = DeviceScan(number: scan.number, bytes: scan.bytes, fault: scan.fault, stamp: stamp)
                output.events.append(.tell(.scanned(told)))
            }
        case .underWay: break
        case .untaken:
            let text = "\(setup.id): no station takes the scans of its tool"
            output.events.append(.tell(.irregular(text)))
            acknowledge(event: identifier.message.mid, now, &output)
        case .tooMany: shown.status.errors += 1
        }
    }

    /// The station has dealt with a scan, and that is on the disk.
    mutating func scanTaken(
        _ number: Int, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        guard isConnected, let mid = scanner.taken(number) else { return }
        acknowledge(event: mid, stamp.monotonicNanoseconds, &output)
        // A result would carry what was scanned, and be that of no part.
        guard let work, scanner.isDisplaced, let request = work.identifying(setup.profile) else { return }
        requests.append(request, for: .identifier(work.number))
    }

    /// The controller has our identifier again, or refuses it (`refusal` is not nil).
    mutating func identifiedAgain(
        _ number: Int, _ refusal: OpenProtocolRefusal?, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        if let refusal { noteRefusal(refusal, &output) }
        guard let work, work.number == number, let token = work.token else { return }
        let value = DeviceWriting.Value(
            point: "identifier", value: token, unit: nil, raw: Array(token.utf8), old: nil)
        output.events.append(
            .journal(
                DeviceWriting(
                    device: setup.id, purpose: .start, author: work.author, values: [value],
                    outcome: refusal == nil ? .written : .refused,
                    detail: refusal.map { "\(setup.id): \($0)" },
                    stamp: stamp)))
    }
}

extension TorqueMachine.Start {
    /// What tells the controller the part; nil where it is told none.
    fileprivate func identifying(_ profile: TorqueProfile) -> OpenProtocolRequest? {
        guard token != nil, profile.identifier != .none else { return nil }
        // What cannot be written was refused, with its reason, when this was started.
        return try? requests(profile).first { $0.mid == 50 || $0.mid == 150 }
    }
}
