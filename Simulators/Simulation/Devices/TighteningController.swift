/// A torque controller that speaks Open Protocol, with its tool, its clock and its memory: a value whose
/// time, bytes, hands and faults come in, and whose bytes and events go out.
///
/// All times of the protocol are real ones, however fast the shop runs.
package struct TighteningController: Sendable {
    /// What the controller wants done on the wire.
    package enum Output: Sendable, Equatable {
        case send(client: Int, [UInt8])
        /// The connection ends, with a reset where it is abrupt.
        case close(client: Int, abruptly: Bool)
    }

    let id: String
    let settings: ControllerSettings
    let speed: Double
    let seed: UInt64
    var clock: ControllerClock
    /// When the parameter sets were last changed, by its own clock.
    let setsChanged: String

    var isToolEnabled: Bool
    var parameterSet = 1
    var job = 0
    var batchSize: Int
    var batchCounter = 0
    /// What the next result carries; at most 100 characters.
    var identifier: [UInt8] = []
    /// The alarm that is shown; nil for none.
    var alarm: String?
    var nextID: UInt32
    /// Tightenings since the tool was made.
    var toolTightenings: Int
    /// Serial number of the tool that is plugged in.
    var toolSerial: String

    var sessions: [ControllerSession] = []
    /// The last results, oldest first: what 0064 finds.
    var results: [Tightening] = []
    /// Ids of results that were meant for a subscriber and never acknowledged, oldest first.
    var unacknowledged: [UInt32] = []
    package private(set) var truth = TighteningTruth()
    /// Serial of the part that a technician holds to the tool, whatever the controller was told; nil where
    /// nobody does.
    var partInHands: String?

    /// When the tool turns by itself next; nil until a client wants its results.
    var turnsAt: ShopTime?
    /// What the device suffers from now; to be set before each call.
    var suffers: [DeviceFault] = []
    /// What waits for its time on the wire, in order.
    private var wire: [(due: ShopTime, output: Output)] = []
    private var outputs: [Output] = []
    var events: [DeviceEvent] = []

    /// Results kept for 0064, as many as a small controller keeps.
    static let mostResults = 1_000
    /// Clients that may be connected at once; one of them alone is served.
    static let mostSessions = 8
    /// Bytes and closings that may wait for their time.
    private static let mostWaiting = 20_000

    package init(id: String, settings: ControllerSettings, seed: UInt64, clock: Int64, speed: Double) {
        (self.id, self.settings, self.seed, self.speed) = (id, settings, seed, speed)
        let start = Double(clock) + settings.clockOffset
        self.clock = ControllerClock(
            start: start, driftPartsPerMillion: settings.clockDrift, speed: speed)
        setsChanged = ControllerClock.text(start - 86_400 * 30)
        isToolEnabled = !settings.startsLocked
        batchSize = settings.batch
        nextID = settings.firstID
        toolTightenings = 10_000
        toolSerial = settings.toolSerial
    }

    // MARK: Connections

    /// A client has connected; `client` is a number that no other has.
    mutating func connect(_ client: Int, at now: ShopTime) {
        sessions.removeAll(where: \.isGone)
        guard sessions.count < Self.mostSessions else {
            return output(.close(client: client, abruptly: true), at: now)
        }
        sessions.append(ControllerSession(client: client, at: now))
    }

    mutating func disconnect(_ client: Int, at now: ShopTime) {
        sessions.removeAll { $0.client == client }
        wire.removeAll { $0.output.client == client }
    }

    /// Takes what a client has sent.
    mutating func receive(_ bytes: [UInt8], from client: Int, at now: ShopTime) {
        sessions.removeAll(where: \.isGone)
        guard let index = sessions.firstIndex(where: { $0.client == client }) else { return }
        sessions[index].framer.take(bytes)
        while let place = sessions.firstIndex(where: { $0.client == client }) {
            switch sessions[place].framer.next() {
            case .incomplete: return
            case .damaged: continue
            case .telegram(let telegram): hear(telegram, from: place, at: now)
            }
        }
    }

    // MARK: Time

    /// When something happens by itself next.
    var nextChange: ShopTime? {
        let silence = sessions.map { $0.lastHeard + real(Self.silence) }
        let retries = sessions.flatMap { $0.outstanding.values.map(\.due) }
        return (silence + retries + [wire.first?.due, turnsAt].compactMap { $0 }).min()
    }

    mutating func advance(to now: ShopTime) {
        sessions.removeAll(where: \.isGone)
        for client in sessions.filter({ $0.lastHeard + real(Self.silence) <= now }).map(\.client) {
            close(client, abruptly: false, at: now)
        }
        for client in sessions.map(\.client) { repeatUnanswered(client, at: now) }
        if let due = turnsAt, due <= now { turnByItself(due: due, at: now) }
        guard let first = wire.first, first.due <= now else { return }
        let due = wire.prefix { $0.due <= now }
        outputs += due.map(\.output)
        wire.removeFirst(due.count)
    }

    /// Seconds of real time as a span of shop time.
    func real(_ seconds: Double) -> ShopTime { .seconds(seconds * speed) }

    // MARK: What goes out

    package mutating func takeOutputs() -> [Output] {
        defer { outputs = [] }
        return outputs
    }

    mutating func takeEvents() -> [DeviceEvent] {
        defer { events = [] }
        return events
    }

    /// Does `output` after whatever still waits for the same client, and not before `due`.
    mutating func output(_ output: Output, at due: ShopTime, now: ShopTime) {
        let last = wire.last { $0.output.client == output.client }?.due ?? now
        let due = max(due, last)
        guard due > now else { return outputs.append(output) }
        guard wire.count < Self.mostWaiting else { return }
        wire.insert((due, output), at: wire.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0)
    }

    mutating func output(_ output: Output, at now: ShopTime) { self.output(output, at: now, now: now) }

    /// Ends a connection from this side.
    mutating func close(_ client: Int, abruptly: Bool, at now: ShopTime) {
        sessions.removeAll { $0.client == client }
        if abruptly { wire.removeAll { $0.output.client == client } }
        output(.close(client: client, abruptly: abruptly), at: now)
    }

    /// A connection breaks while something is being said: nothing more goes out, and its session is forgotten
    /// once that is over.
    mutating func lose(_ client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        (sessions[place].isGone, sessions[place].isStarted) = (true, false)
        (sessions[place].queue, sessions[place].isHung) = ([], true)
        wire.removeAll { $0.output.client == client }
        output(.close(client: client, abruptly: true), at: now)
    }

    // MARK: Hands

    /// Lets the tool turn; throws `SimulationError` where it is locked, or hands do something else.
    mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError) {
        let (torque, angle, outcome): (Double, Double, RundownOutcome)
        switch act {
        case .tighten(let givenTorque, let givenAngle):
            (torque, angle, outcome) = (givenTorque, givenAngle, drawnOutcome)
        case .rundown(let asked):
            (torque, angle, outcome) = (settings.target.torque, Double(settings.target.angle), asked)
        case .scan(let code): return try scanned(code, at: now)
        case .alarm(let code): return try alarm(code, at: now)
        default: throw SimulationError(.refused, id, "a torque tool can only tighten")
        }
        guard isToolEnabled else {
            throw SimulationError(.refused, id, "the tool is locked and does not turn; unlock it by 0043")
        }
        turn(torque: torque, angle: angle, outcome, at: now)
    }

    /// Turns the tool, keeps the result and tells it.
    mutating func turn(torque: Double, angle: Double, _ outcome: RundownOutcome, at now: ShopTime) {
        let result = tightened(torque: torque, angle: angle, outcome, at: now)
        results.append(result)
        if results.count > Self.mostResults { results.removeFirst(results.count - Self.mostResults) }
        truth.append(
            result, sent: sentID(of: result), part: partInHands, samples: settings.samples)
        events.append(.tightened(isGood: result.isGood && result.type == .tightening))
        if settings.locksItself {
            isToolEnabled = false
            events.append(.toolLocked)
        }
        publish(result, at: now)
    }

    /// How the next screw goes where nobody says so.
    var drawnOutcome: RundownOutcome {
        settings.outcomes.isEmpty ? .ok : settings.outcomes[truth.count % settings.outcomes.count]
    }

    /// The id under which 0061 tells this result.
    func sentID(of result: Tightening) -> UInt32 { resultTelegrams.sentID(result) }

    /// Another tool is plugged in; the controller goes on as before.
    mutating func swapTool(_ serial: String) {
        (toolSerial, toolTightenings) = (serial, 0)
    }

    /// Switches the controller off and on: connections break, subscriptions are gone.
    mutating func restart(at now: ShopTime) {
        for client in sessions.map(\.client) { close(client, abruptly: true, at: now) }
        (identifier, batchCounter, job, alarm) = ([], 0, 0, nil)
        isToolEnabled = !settings.startsLocked
        if settings.forgets { (results, unacknowledged) = ([], []) }
        events.append(.restarted)
    }
}

extension TighteningController.Output {
    var client: Int {
        switch self {
        case .send(let client, _), .close(let client, _): client
        }
    }
}
