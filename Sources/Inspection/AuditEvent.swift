package import Codecs
import Metrology

/// The catalog of audit events: each act or refusal that leaves an entry in the ledger.
package enum AuditEvent: String, Sendable, CaseIterable {
    case operatorSignedIn = "operator.signed_in"
    case scanRefused = "scan.refused"
    /// Something speaks against a scanned part's being what its mark says.
    case partAlert = "part.alert"
    /// An action code was scanned and obeyed.
    case codeTaken = "code.taken"
    case cycleOpened = "cycle.opened"
    /// START was scanned: the cycle's first step may begin.
    case cycleBegun = "cycle.begun"
    case cycleStep = "cycle.step"
    /// A result of a step that goes on: a try that is no PASS, or one of several samples.
    case cycleResult = "cycle.result"
    /// A screw was loosened in a cycle.
    case cycleLoosened = "cycle.loosened"
    /// Somebody let a cycle go on with a result that is no PASS, in a step that goes on.
    case cycleApproved = "cycle.approved"
    /// Another part was scanned while a tool in somebody's hands waited for this one's: it is stopped.
    case cycleHeld = "cycle.held"
    /// The part that is inspected was scanned again: its step goes on.
    case cycleReleased = "cycle.released"
    case cycleClosed = "cycle.closed"
    case resultOrphaned = "result.orphaned"
    /// A curve that is in no result: it came too late, fits none, or cannot be read.
    case curveKept = "curve.kept"
    /// One write to a device, whatever came of it.
    case deviceWritten = "device.written"
    case deviceIdentified = "device.identified"
    case deviceIdentityChanged = "device.identity_changed"
    /// The same device tells another calibration or service than before.
    case deviceServiced = "device.serviced"
    /// A device did not do what it was asked outside of any start.
    case deviceRefused = "device.refused"
    /// A device's clock is wrong, and stays so.
    case deviceClockOff = "device.clock_off"
    /// A device's clock was set right, or that was tried.
    case deviceClockSet = "device.clock_set"
    /// A device shows an alarm.
    case alarmRaised = "alarm.raised"
    /// A device shows an alarm no more.
    case alarmCleared = "alarm.cleared"
    /// The numbers by which a device counts its results do not follow each other.
    case resultIrregular = "result.irregular"
    /// A USB device that could be a scanner's was not opened.
    case scannerRefused = "scanner.refused"
    /// A scanner on USB was read for the first time.
    case scannerIdentified = "scanner.identified"
    /// Another scanner than before answers, it moved, it was re-programmed, or a second one was refused
    /// beside it.
    case scannerChanged = "scanner.changed"
    /// A scanner that was read is gone.
    case scannerLost = "scanner.lost"
    /// A scanner that was lost is read again.
    case scannerBack = "scanner.back"
    /// A scanner did not take the answer to its scan.
    case scannerUnanswered = "scanner.unanswered"
    case gatewayStarted = "gateway.started"
    case gatewayStopped = "gateway.stopped"
    /// The ledger was copied, and the copy proved.
    case backupMade = "backup.made"
    /// The ledger should have been copied and was not.
    case backupFailed = "backup.failed"
    /// The ledger was put back from a backup; what is known to be lost with it.
    case ledgerRestored = "ledger.restored"
    /// A damaged ledger was set aside; this is the first entry of the one that goes on.
    case ledgerSalvaged = "ledger.salvaged"
    /// Somebody has seen that a damaged ledger was set aside.
    case ledgerSalvageSeen = "ledger.salvage_seen"
    /// Something in the ledger is not what it was when it was written.
    case ledgerDamaged = "ledger.damaged"
    /// There is little room left on the ledger's disk.
    case diskLow = "disk.low"
    /// There is no room: nothing is inspected any more.
    case diskFull = "disk.full"
    /// There is room again.
    case diskFreed = "disk.freed"

    /// Somebody read records, evidence or proofs.
    case recordRead = "record.read"
    /// Somebody opened the station page, or asked for the same otherwise.
    case pageOpened = "page.opened"

    /// The schema that every audit entry follows.
    package static let schema = "plumbline.audit/1"

    /// The entry's body: this event at `moment`, with what belongs to it.
    package func body(at moment: Moment, station: String?, _ members: [String: JSONValue]) -> JSONValue {
        var all = members
        all["schema"] = .string(Self.schema)
        all["event"] = .string(rawValue)
        all["station"] = .optional(station)
        all["at"] = .string(moment.stamp.utc.description)
        return .object(all)
    }
}
