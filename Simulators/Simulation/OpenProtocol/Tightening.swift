/// What a pset wants of a screw: the limits that a controller sends along with each result.
package struct TighteningTarget: Sendable, Equatable {
    /// N·m.
    package let torqueMin: Double
    package let torqueMax: Double
    package let torque: Double
    /// Whole degrees from the snug point.
    package let angleMin: Int
    package let angleMax: Int
    package let angle: Int

    package init(
        torque: Double, torqueMin: Double, torqueMax: Double, angle: Int, angleMin: Int, angleMax: Int
    ) {
        (self.torque, self.torqueMin, self.torqueMax) = (torque, torqueMin, torqueMax)
        (self.angle, self.angleMin, self.angleMax) = (angle, angleMin, angleMax)
    }
}

/// Where a value lies against its limits, as one digit says it: 0 low, 1 good, 2 high.
enum LimitStatus: Int, Sendable {
    case low = 0
    case good = 1
    case high = 2

    init<Value: Comparable>(_ value: Value, _ least: Value, _ greatest: Value) {
        self = value < least ? .low : value > greatest ? .high : .good
    }
}

/// Field 22 of 0061 (12 from revision 2).
enum BatchStatus: Int, Sendable {
    case bad = 0
    case good = 1
    case unused = 2
    case running = 3
}

/// Field 49 of 0061 from revision 3, as far as this tool makes such results.
enum ResultType: Int, Sendable {
    case tightening = 1
    case loosening = 2
}

/// What one spindle did in a tightening.
struct SpindleResult: Sendable, Equatable {
    /// Hundredths of N·m, cut off as they are sent.
    let torque: Int
    /// Whole degrees, cut off.
    let angle: Int
    let torqueStatus: LimitStatus
    let angleStatus: LimitStatus
    let isGood: Bool
}

/// One tightening, as the controller keeps it.
struct Tightening: Sendable, Equatable {
    /// The controller's own number, by which 0064 finds it.
    let id: UInt32
    /// The identifier that was set when the tool turned, at most 100 characters.
    let identifier: [UInt8]
    let job: Int
    let pset: Int
    let psetName: String
    let batchSize: Int
    let batchCounter: Int
    let batchStatus: BatchStatus
    let type: ResultType
    let target: TighteningTarget
    /// One for each spindle, at least one.
    let spindles: [SpindleResult]
    let isGood: Bool
    /// Bit fields of revisions 2 and 6: the table's bit N is worth 2^(N−1).
    let errors: Int
    let errors2: Int
    /// Degrees turned before the snug point.
    let rundownAngle: Int
    /// By the controller's own clock, `YYYY-MM-DD:HH:MM:SS`.
    let time: String
    let psetChanged: String
    /// The curve of the first spindle, made again whenever it is asked for.
    let rundown: Rundown

    /// The first spindle's, which a result for one spindle shows.
    var first: SpindleResult { spindles[0] }
}
