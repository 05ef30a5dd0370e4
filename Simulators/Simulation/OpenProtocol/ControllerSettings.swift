/// What a scenario says about an Open Protocol controller.
package struct ControllerSettings: Sendable, Equatable {
    /// Most samples of a curve: with them 0900 stays below the 9,999 bytes that its length can say.
    package static let samples = 2...4_800
    /// Most spindles: 0101 has two digits, and a length of four.
    package static let mostSpindles = 50

    /// Of its telegrams, where it hangs on a serial line.
    package var framing = SerialFraming.ascii
    /// Whether it hangs on one: what happens to single bytes is then the line's matter.
    var isSerial = false
    package var quirks = ControllerQuirks.standard
    package var target = TighteningTarget(
        torque: 27.5, torqueMin: 25, torqueMax: 30, angle: 45, angleMin: 30, angleMax: 60)
    /// Parameter sets 1…n, jobs 1…n; job n runs parameter set n.
    package var parameterSets = 4
    package var jobs = 4
    /// Screws of a batch; 0 where batches are not used.
    package var batch = 0
    package var spindles = 1
    package var samples = 2_000
    /// What screws do, gone through again and again; empty for what hands do.
    package var outcomes: [RundownOutcome] = []
    /// Shop time after which the tool turns by itself, again and again, from the first subscription of a
    /// result on and whenever it is unlocked; nil where it waits for hands.
    package var every: ShopTime?
    /// Whether the tool is locked until 0043 unlocks it.
    package var startsLocked = false
    /// Whether the tool locks itself after each tightening, as one does that is set to a batch of one screw
    /// and to lock when the batch is done.
    package var locksItself = false
    /// How far the clock is off at the beginning, seconds, and how wrong it runs, millionths.
    package var clockOffset = 0.0
    package var clockDrift = 0.0
    /// Id of the first tightening.
    package var firstID: UInt32 = 1
    /// Whether a restart loses the results kept for 0064.
    package var forgets = false
    /// Whether a new subscriber of identifiers is told the present one at once.
    var repeatsIdentifier = false
    /// Name of the controller, at most 25 characters, and serial number of the tool, at most 14.
    package var controllerName = "PLUMBLINE-SIM"
    package var toolSerial = "C0761275"

    package init() {}
}
