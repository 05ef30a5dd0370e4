package import Codecs
package import Metrology

/// What a make of torque controller understands of Open Protocol, and what it has to be spared.
package struct TorqueProfile: Sendable, Equatable {
    /// Highest revision of MID 0001 that is offered; lower ones follow where it is refused.
    package let sessionRevision: Int
    /// Highest revision of MID 0061 that is asked for; lower ones follow where it is refused.
    package let resultRevision: Int
    /// Silence of ours after which MID 9999 is sent: a controller drops a silent session after 15 s, and some
    /// hang where it comes faster than every 5 s.
    package let keepAliveMilliseconds: Int
    /// How long an answer may take, and how often a request is sent before the connection is given up.
    package let timeoutMilliseconds: Int
    package let tries: Int
    package let identifier: Identifier
    /// Whether the tool is locked (MID 0042) but while a part waits for it (MID 0043).
    package let locksTool: Bool
    /// Whether the tool's serial number, counters and calibration are asked for (MID 0040). A serial number
    /// that the configuration states is then compared, and counts as wrong where the controller tells none.
    package let asksTool: Bool
    /// What is added to a result's id to ask for it (MID 0064); nil where the controller keeps no results.
    package let oldResultOffset: Int?
    /// Whether scans of the tool's own scanner are told, and by which MID.
    package let scans: Scans
    /// Whether alarms are told (MID 0070).
    package let tellsAlarms: Bool
    package let clock: Clock
    /// In which torques come; one in another unit is not judged.
    package let unit: UnitOfMeasure
    /// How many spindles tighten at once, and are told together in MID 0101; nil where each result is of one
    /// and comes in MID 0061.
    package let spindles: Int?

    /// MID 0101 has two digits for them, and a length of 9,999 bytes at most.
    package static let mostSpindles = 99
    /// Which curves results have; nil where none.
    package let curves: CurveRule?

    /// Which curves a controller is asked to send, and how long a result waits for them.
    package struct CurveRule: Sendable, Equatable {
        package let kinds: [OpenProtocolRequest.CurveKind]
        /// How long a result waits for its curves; then it is told without them.
        package let waitMilliseconds: Int
        /// Whether limits come with them (MID 0901).
        package let hasLimits: Bool
    }

    /// How a controller tells what its tool's scanner read.
    package enum Scans: String, Sendable, CaseIterable {
        /// MID 0051: one identifier, in revision 2 up to 100 characters.
        case single = "0051"
        /// MID 0151: up to four.
        case several = "0151"
        /// Not at all.
        case none
    }

    /// What a controller's clock shows, and what is done about it.
    package struct Clock: Sendable, Equatable {
        /// Whether it is set right (MID 0082) where it is more than 5 s off.
        package var isCorrected = false
        /// Whether it runs in UTC; in the gateway's local time otherwise.
        package var isUTC = false

        package init() {}
    }

    /// How messages travel on a serial line; nil where the profile says nothing of serial lines.
    package var framing: SerialFraming?
    /// Whether messages may be numbered and acknowledged at link level (MIDs 9997 and 9998), where the
    /// controller offers it.
    package var acknowledgesLinks = false

    /// `timeoutMilliseconds` as the drivers count.
    package var timeoutNanoseconds: Int64 { Int64(timeoutMilliseconds) * 1_000_000 }

    /// How messages travel on a serial line (Open Protocol specification R2.16, section 2.1.2).
    package enum SerialFraming: String, Sendable, CaseIterable {
        /// Between STX and ETX.
        case ascii
        /// The same in blocks of the procedure 3964R.
        case procedure3964R = "3964r"
    }

    /// How a controller is told which part comes next.
    package enum Identifier: String, Sendable, CaseIterable {
        /// MID 0050, at most 25 characters.
        case short = "0050"
        /// MID 0150, at most 100 characters, of which results carry 25.
        case long = "0150"
        /// Not at all: only the moment says whose a result is.
        case none

        /// Characters that come back with a result (MID 0061, parameter 4); 0 where none do.
        package var capacity: Int { self == .none ? 0 : 25 }
    }

    package init(
        sessionRevision: Int, resultRevision: Int, keepAliveMilliseconds: Int, timeoutMilliseconds: Int,
        tries: Int, identifier: Identifier, locksTool: Bool, oldResultOffset: Int?, tellsAlarms: Bool,
        unit: UnitOfMeasure, spindles: Int? = nil, curves: CurveRule? = nil, asksTool: Bool = true,
        clock: Clock = Clock(), scans: Scans = .none
    ) {
        (self.asksTool, self.clock, self.scans) = (asksTool, clock, scans)
        (self.sessionRevision, self.resultRevision) = (sessionRevision, resultRevision)
        self.keepAliveMilliseconds = keepAliveMilliseconds
        (self.timeoutMilliseconds, self.tries) = (timeoutMilliseconds, tries)
        (self.identifier, self.locksTool) = (identifier, locksTool)
        (self.oldResultOffset, self.tellsAlarms, self.unit) = (oldResultOffset, tellsAlarms, unit)
        (self.spindles, self.curves) = (spindles, curves)
    }

    /// Ids of everything that a plan may measure.
    package var points: [String] { planValues.map(\.id) }

    /// Everything that a plan may measure.
    var planValues: [PlanValue] {
        guard let spindles else { return TighteningValue.all.map { $0.planValue(unit) } }
        return TighteningValue.ofSeveral.map { $0.planValue(unit) }
            + SpindleValue.all(spindles).map(\.planValue)
    }

    /// What a plan's step may set at such a controller, and the numbers that it may be.
    package static let settings: [String: ClosedRange<Int>] = [
        "parameter_set": 0...999, "job": 0...9_999,
    ]

    /// Why this cannot be set; nil where it can.
    package static func fault(of setPoint: SetPointValue) -> (what: String, remedy: String)? {
        guard let range = settings[setPoint.point] else {
            return (
                "a torque controller has no \(Wording.quoted(setPoint.point)) to set",
                NearestName.remedy(for: setPoint.point, among: settings.keys.sorted())
            )
        }
        guard let number = Int(setPoint.value.description), range.contains(number) else {
            return (
                "\(setPoint.point) \(setPoint.value) does not exist",
                "give a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return nil
    }

    /// A point and what it is to be set to.
    package typealias SetPointValue = (point: String, value: ExactDecimal)
}
