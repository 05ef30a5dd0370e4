package import Codecs
package import Metrology

/// Decides what one station does: which part it works on, which results are that part's, when its record is
/// whole, and what people are told. A value without clock, randomness or I/O; a shell carries out its actions
/// in order and feeds back what became of them.
///
/// ```
///                 part                opened            completed           gauged
///   ready ──────────────▶ opening ─────────────▶ waiting ─────────▶ gauging ───────▶ storing / committing
///     ▲                                             ▲                                   │           │
///     │                                             └──────────── stored ───────────────┘           │
///     └───────────────────────────────────────── committed ─────────────────────────────────────────┘
/// ```
/// A step goes through `waiting`, `gauging` and `storing` once for each of its samples, and once more for
/// each try that is no PASS and that the plan repeats. Where the plan asks for an approval instead, the cycle
/// stands in `approving` until somebody who may gives it.
///
/// Nothing is told to anyone before it is durable: a device is acknowledged after `stored` or `committed`.
package struct CycleMachine: Sendable {
    package let station: InspectionStation
    /// Who works here; nil until a badge was scanned.
    package internal(set) var inspector: String?
    /// Whether a badge must be scanned before a part counts.
    package var needsBadge: Bool { station.asksForBadge && inspector == nil }
    package internal(set) var phase = Phase.ready
    /// The last finished cycle of this run of the machine.
    package internal(set) var lastRecord: InspectionRecord?
    /// What was refused since the last accepted scan, for people to read.
    package internal(set) var refusal: Refusal?
    /// How many scans were refused: whoever fed one in sees by it whether that one was taken.
    package internal(set) var refusedScans = 0
    /// Whether the last record's verdict is what people are to see: until the next part, another badge, or
    /// its acknowledgement.
    package internal(set) var verdictStands = false
    /// Monotonic instant since which the station waits for a part, or works on the one that it has: a scan
    /// that is older was meant for what was before.
    var windowOpenedNanoseconds = Int64.min
    /// Monotonic instant since which this machine works on the part that it has.
    var cycleOpenedNanoseconds: Int64 { cycleOpened?.monotonicNanoseconds ?? .min }
    /// When this machine began to work on the part that it has, by both clocks.
    var cycleOpened: Stamp?
    /// Whether the part was scanned in an earlier run of the gateway alone. Nobody knows what was at the tool
    /// meanwhile: what a person does for it is not started before it is scanned again.
    var isPartUnseen = false
    /// Monotonic instant of the last scan of another part that held tools.
    var heldAtNanoseconds = Int64.min
    /// Why nothing is recorded at present, for people to read; nil where everything is.
    package internal(set) var suspension: String?
    /// Roles whose devices are in reach.
    var online: Set<String> = []
    /// Who answers in each role now, where the devices tell.
    var identities: [String: DeviceIdentity] = [:]
    /// The last result of each device that was credited or kept as an orphan, by device.
    var consumed: [String: SampleGroup] = [:]

    package init(station: InspectionStation) { self.station = station }

    /// What the station is doing.
    package enum Phase: Sendable, Equatable {
        /// No part: waiting for a badge or a scan.
        case ready
        /// A part was accepted; its opening is being made durable.
        case opening(OpenCycle)
        /// A step runs.
        case waiting(OpenCycle, StepProgress)
        /// The step's device is done; values of continuous gauges are being read.
        case gauging(OpenCycle, StepProgress, Completion)
        /// What happened in a step is being made durable, with the result that it consumes.
        case storing(OpenCycle, StepProgress, SampleGroup?)
        /// A sample is no PASS, and somebody who may has to let the cycle go on.
        case approving(OpenCycle, StepProgress)
        /// The record is being made durable.
        case committing(OpenCycle, InspectionRecord, SampleGroup?)
    }

    /// How far a step is.
    package struct StepProgress: Sendable, Equatable {
        /// From 0, within the plan's steps.
        package let index: Int
        /// Which of the step's samples, from 1.
        package let sample: Int
        /// Which try at that sample, from 1.
        package let attempt: Int
        /// How often a device was bound for this part before.
        package let turn: Int
        /// What its device was bound with; nil for devices that are not bound.
        package let token: String?
        /// Monotonic instant after which the step has taken too long.
        package internal(set) var deadlineNanoseconds: Int64
        /// Whether nothing is started before START is scanned.
        package internal(set) var awaitsStart = false
        /// Whether the device has taken the start.
        package internal(set) var isStarted = false
        /// Whether an earlier run of the gateway, or a start that was not answered, may have started it.
        var mayHaveBegun = false
        /// Whether a start is on its way to the device.
        var isStarting = false
        /// Monotonic instant of the last start.
        var startedAtNanoseconds: Int64 = 0
        /// Monotonic instant since which another part may be at the device; nil where none is.
        package internal(set) var heldSinceNanoseconds: Int64?
        /// Whether the device was seen to restart while its start was on its way.
        var hasRestarted = false
        /// Why the last start failed; nil where none has.
        package internal(set) var hindrance: String?
    }

    /// A device's completed cycle that belongs to the running step.
    package struct Completion: Sendable, Equatable {
        package let group: SampleGroup
        /// SHA-256 of the group's raw bytes, under which they are kept.
        package let evidence: String
        /// The same of its curves.
        let curves: [String]
        /// Who had made it, as far as the device tells.
        package let identity: DeviceIdentity
    }

    /// A scan that did not count, and why.
    package struct Refusal: Sendable, Equatable {
        package let code: Code
        /// One sentence for the technician.
        package let text: String
        package let at: Timestamp
        /// Whether nothing is amiss: the same part once more. People are told, and not alarmed.
        package let isCalm: Bool

        /// What made a scan not count, by the name that the audit entry of the refusal has for it.
        package enum Code: String, Sendable {
            case noBadge = "no_badge"
            case unknownBadge = "unknown_badge"
            case badMark = "bad_mark"
            case unknownPart = "unknown_part"
            case cycleRunning = "cycle_running"
            case retestLimit = "retest_limit"
            /// The part may not be what its mark says.
            case suspectPart = "suspect_part"
            /// It waited until whoever scanned may hold another part.
            case tooOld = "too_old"
            /// It was read while the station was still with the part before.
            case otherWindow = "other_window"
            /// The part that was inspected a moment ago.
            case doubleScan = "double_scan"
            /// It would set up a scanner, and is no part.
            case configurationCode = "configuration_code"
            /// A code of the form of action codes that is not of the set in use.
            case unknownCode = "unknown_code"
            /// An action code that nothing can be done for now.
            case meaninglessCode = "meaningless_code"
            /// Somebody who may not do so wanted a cycle to go on.
            case notAllowed = "not_allowed"
            /// More scans came than the station could take.
            case overrun
            /// It waited when the gateway was stopped.
            case stopping
            /// There is no room on the disk for what it would lead to.
            case notRecording = "not_recording"
        }
    }

    /// What the shell tells the machine.
    package enum Input: Sendable {
        /// `scan` is what was read.
        case badge(inspector: String, scan: [UInt8] = [], timing: ScanTiming = .immediate)
        case refused(Refusal.Code, text: String, scan: [UInt8])
        case part(
            PartIdentity, cycle: String, priorAttempts: Int, timing: ScanTiming = .immediate,
            screening: PartScreening? = nil)
        /// A code of the signed set; the rest is for another attempt of the last part.
        case code(ActionScan, cycle: String, priorAttempts: Int, screening: PartScreening? = nil)
        case opened
        case device(role: String, isOnline: Bool)
        /// Who the device of this role says it is, from now on.
        case identified(role: String, DeviceIdentity)
        /// The start of this cycle's step reached its device, or did not: `failure` says why.
        /// `mayTryAgain` is false where the device took something else than it was told. `turn` is the one
        /// that it was started for; nil where there is but one.
        case started(
            cycle: String, step: Int, failure: String?, mayTryAgain: Bool = true, turn: Int? = nil)
        /// A device was switched off and on, as seen at this monotonic instant.
        case restarted(role: String, atNanoseconds: Int64)
        /// A device reports a completed cycle; its bytes will be kept as `evidence`, its curves as `curves`.
        case completed(role: String, SampleGroup, evidence: String, curves: [String] = [])
        case gauged([PointReference: Sample])
        case stored
        case committed
        /// The technician ends the cycle.
        case abort
        case tick
        /// From now on nothing is recorded, because of this; nil where it is again.
        case suspended(String?)
        /// A cycle that an earlier run of the gateway left open.
        case resume(OpenCycle)
    }

    /// What the machine asks of the shell. Those that write answer with the input they name.
    package enum Action: Sendable, Equatable {
        /// Write an audit entry; nothing waits for it.
        case audit(JSONValue)
        /// Make the opening durable, then `.opened`.
        case open(JSONValue)
        /// Tell the device of `role` to begin, then `.started`.
        case start(role: String, step: Int, token: String?, setPoints: [SetPoint])
        /// Read these points anew, later than `after`, then `.gauged`.
        case gauge([PointReference], after: Stamp)
        /// Make what happened in a step durable with the group that it consumes, then `.stored`.
        case store(JSONValue, consuming: SampleGroup?)
        /// Make what happened beside a result durable, then acknowledge it at its device.
        case keep(JSONValue, consuming: SampleGroup)
        /// Make the record durable with the group that it consumes, then `.committed`.
        case commit(InspectionRecord, consuming: SampleGroup?)
        /// Make a result that belongs to no cycle durable, then acknowledge it at its device.
        case orphan(JSONValue, consuming: SampleGroup)
        /// Tell the device that this result of it is durable.
        case acknowledge(SampleGroup)
        /// Tell the device to stop what it was started for.
        case stop(role: String)
    }

    /// Takes `input` at `moment` and says what to do, in order.
    package mutating func handle(_ input: Input, at moment: Moment) -> [Action] {
        if let refused = suspended(input, at: moment) { return refused }
        return switch input {
        case .badge(let inspector, let scan, let timing):
            signIn(inspector, scan: scan, timing: timing, at: moment)
        case .refused(let code, let text, let scan): refuse(code, text, scan: scan, at: moment)
        case .part(let part, let cycle, let attempts, let timing, let screening):
            open(
                part, cycle: cycle, priorAttempts: attempts, timing: timing, screening: screening, at: moment)
        case .code(let code, let cycle, let attempts, let screening):
            act(on: code, cycle: cycle, priorAttempts: attempts, screening: screening, at: moment)
        case .opened: opened(at: moment)
        case .device(let role, let isOnline): device(role, isOnline: isOnline, at: moment)
        case .identified(let role, let identity): identified(role, as: identity)
        case .started(let cycle, let step, let failure, let mayTryAgain, let turn):
            started(step, turn, of: cycle, failure: failure, mayTryAgain: mayTryAgain, at: moment)
        case .restarted(let role, let instant): restarted(role, seenAt: instant, at: moment)
        case .completed(let role, let group, let evidence, let curves):
            completed(group, role: role, evidence: evidence, curves: curves, at: moment)
        case .gauged(let samples): gauged(samples, at: moment)
        case .stored: stored(at: moment)
        case .committed: committed(at: moment)
        case .abort: endEarly(.aborted, at: moment)
        case .tick: tick(at: moment)
        case .suspended(let reason): suspend(reason, at: moment)
        case .resume(let cycle): resume(cycle, at: moment)
        }
    }

    /// The cycle that is open; nil while the station is ready.
    package var cycle: OpenCycle? {
        switch phase {
        case .ready: nil
        case .opening(let cycle), .waiting(let cycle, _), .gauging(let cycle, _, _),
            .storing(let cycle, _, _), .approving(let cycle, _),
            .committing(let cycle, _, _):
            cycle
        }
    }
}
