import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// Decides what one device says that speaks in lines of text, and when it is asked. A value without clock or
/// I/O; `LineDevice` is its shell.
///
/// ```
///   asked      question ──▶ line: values, or bad ones   no line in time: bad values, twice: out of reach
///   streaming              line: values                 silence: bad values, out of reach
///   reporting              line: one result             in reach as long as its line is open
/// ```
///
/// A serial device server may have kept bytes while nobody was connected. They come behind the opening and
/// look like any other, so nothing is asked or started before what was kept has come.
struct LineDeviceMachine: ByteLineUser {
    /// What the shell does, in order.
    enum Event: Sendable {
        case tell(DeviceEvent)
        /// Call this: somebody waits for it.
        case answer(@Sendable () -> Void)
    }

    /// How the device is doing, for people.
    struct Shown: Sendable, Equatable {
        var status = DeviceStatus()
        var latest: [String: Sample] = [:]
    }

    /// Values that somebody waits for, none older than the wish.
    struct Wish: Sendable {
        let points: [String]
        let end: Int64
        let answer: @Sendable ([String: Sample]) -> Void
        /// Whether the line that comes next may be an answer to a question that was asked before.
        var isTooEarly: Bool
        var samples: [String: Sample] = [:]

        var reply: Event {
            let (answer, samples) = (answer, samples)
            return .answer { answer(samples) }
        }

        var isFulfilled: Bool { points.allSatisfy { samples[$0]?.quality == .good } }
    }

    /// Time-outs in a row after which a device counts as out of reach: one lost line is no outage.
    private static let missesUntilOffline = 2
    /// Silence after which a line that was opened holds nothing old any more: longer than TCP's shortest wait
    /// before it sends again (200 ms, Linux TCP_RTO_MIN), and a round trip.
    private static let shortestQuiet: Int64 = 500_000_000

    let setup: LineDeviceSetup
    private(set) var shown = Shown()
    var framer: LineFramer
    var reported: ReportedLines?
    var wishes: [Wish] = []
    /// Starts that wait for the end of a line that began before them.
    private var starts: [@Sendable (StartFailure?) -> Void] = []
    private var misses = 0
    /// When the present question is given up; nil where none is under way.
    private var answerDue: Int64?
    /// When the next question is asked.
    private var nextQuestion: Int64?
    /// When bytes came last.
    private var lastCame: Stamp?
    /// When a stream has been silent for too long.
    private var silenceEnd: Int64?
    /// When the line that was opened has been quiet for long enough; nil where nothing old is to be feared.
    private var quietEnd: Int64?

    init(_ setup: LineDeviceSetup, framing: LineFraming) {
        self.setup = setup
        framer = LineFramer(framing)
        if case .reporting(let recognition) = setup.lines.speaking {
            reported = ReportedLines(recognition, taken: setup.taken)
        }
    }

    var wakeAt: Int64? {
        ([framer.deadline, answerDue, answerDue == nil ? nextQuestion : nil, silenceEnd, quietEnd]
            + wishes.map(\.end))
            .compactMap(\.self).min()
    }

    mutating func take(_ input: ByteLineInput<DeviceOrder>, at stamp: Stamp) -> ByteLineOutput<Event> {
        var output = ByteLineOutput<Event>()
        switch input {
        case .opened: opened(stamp)
        case .failed(let error): gone(error.description, stamp, &output)
        case .lost(let reason): gone("the line is gone: \(reason)", stamp, &output)
        case .bytes(let bytes):
            lastCame = stamp
            holdBack(stamp.monotonicNanoseconds)
            let meant = bytes.filter { !setup.lines.framing.ignored.contains($0) }
            heard(framer.take(meant, at: stamp.monotonicNanoseconds), stamp, &output)
        // Such a device is dialled, and dials nobody.
        case .wake, .turnedAway: break
        case .order(let order): perform(order, stamp, &output)
        case .closing: close(&output)
        }
        attend(stamp, &output)
        return output
    }

    // MARK: The line

    private mutating func opened(_ stamp: Stamp) {
        framer.reset()
        (misses, answerDue) = (0, nil)
        quietEnd = stamp.monotonicNanoseconds + quiet
    }

    private var quiet: Int64 {
        max(Self.shortestQuiet, Int64(setup.lines.framing.idleGapMilliseconds) * 1_000_000)
    }

    /// Bytes have come. A stream is never quiet: what was kept has come when its time is over.
    private mutating func holdBack(_ now: Int64) {
        guard quietEnd != nil else { return }
        if case .streaming = setup.lines.speaking { return }
        quietEnd = now + quiet
        if shown.status.state != .online { shown.status.detail = "its line has not been quiet yet" }
    }

    /// What comes from now on was not kept from before the line was opened.
    private mutating func isQuiet(_ now: Int64, _ output: inout ByteLineOutput<Event>) {
        quietEnd = nil
        switch setup.lines.speaking {
        case .asked: nextQuestion = now
        case .streaming(let silence): silenceEnd = now + Int64(silence) * 1_000_000
        case .reporting: isOnline("its line is open; it speaks at the end of a cycle", &output)
        }
    }

    private mutating func gone(
        _ reason: String, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        if framer.hasBegun {
            output.events.append(.tell(.irregular("\(setup.id): a line was cut off when its link was lost")))
        }
        framer.reset()
        (answerDue, nextQuestion, silenceEnd, quietEnd) = (nil, nil, nil, nil)
        isOffline(reason, .offline, stamp, &output)
    }

    /// Nothing is to be said to the device; who waits for it is answered.
    private mutating func close(_ output: inout ByteLineOutput<Event>) {
        let failure = StartFailure("\(setup.id) is not waited for: the gateway stops")
        output.events += starts.map { answer in .answer { answer(failure) } } + wishes.map(\.reply)
        (starts, wishes) = ([], [])
        output.hangUp = "the gateway stops"
    }

    /// Sees to everything that time decides.
    private mutating func attend(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        let now = stamp.monotonicNanoseconds
        // A line that a silence ends is as old as its last byte.
        if let line = framer.idle(at: now) { heard([line], lastCame ?? stamp, &output) }
        if let quietEnd, now >= quietEnd { isQuiet(now, &output) }
        if let answerDue, now >= answerDue { missed(stamp, &output) }
        if let silenceEnd, now >= silenceEnd {
            self.silenceEnd = nil
            shown.status.errors += 1
            isOffline("says nothing", .timeout, stamp, &output)
        }
        if !framer.hasBegun, !starts.isEmpty {
            for answer in starts { output.events.append(.answer { answer(nil) }) }
            starts = []
        }
        for wish in wishes where now >= wish.end { output.events.append(wish.reply) }
        wishes.removeAll { now >= $0.end }
        if answerDue == nil, let nextQuestion, now >= nextQuestion { ask(now, &output) }
    }

    // MARK: Questions

    private mutating func ask(_ now: Int64, _ output: inout ByteLineOutput<Event>) {
        guard case .asked(let question) = setup.lines.speaking else { return }
        output.send += question.command
        answerDue = now + Int64(question.timeoutMilliseconds) * 1_000_000
        nextQuestion = now + Int64(question.everyMilliseconds) * 1_000_000
        for index in wishes.indices { wishes[index].isTooEarly = false }
    }

    /// No line came in time. As long again nothing is asked: an answer that comes late must not be taken for
    /// that of the next question.
    private mutating func missed(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        guard case .asked(let question) = setup.lines.speaking else { return }
        answerDue = nil
        misses += 1
        shown.status.errors += 1
        framer.reset()
        let quiet = stamp.monotonicNanoseconds + Int64(question.timeoutMilliseconds) * 1_000_000
        nextQuestion = max(nextQuestion ?? 0, quiet)
        keep(setup.lines.points.map { $0.bad(.timeout) }, stamp, &output)
        if misses >= Self.missesUntilOffline { isOffline("does not answer", .timeout, stamp, &output) }
    }

    // MARK: Lines

    /// Takes what the framer cut out. Of values that come together only the newest is one of now.
    private mutating func heard(
        _ lines: [LineFramer.Line], _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        var newest: LineReading?
        for line in lines {
            switch line {
            case .refused(let refusal, let count):
                shown.status.errors += 1
                output.events.append(
                    .tell(.irregular("\(setup.id): \(refusal.rawValue) (\(count) bytes)")))
            case .whole(let bytes):
                let reading = setup.lines.read(bytes)
                if reading.kind == .nothing { continue }
                if reported != nil { report(reading, bytes, stamp, &output) } else { newest = reading }
            }
        }
        guard let newest else { return }
        if case .streaming = setup.lines.speaking, quietEnd != nil { return }
        if case .asked = setup.lines.speaking {
            // Nobody asked for it: an answer that comes too late, or a key that was pressed.
            guard answerDue != nil else {
                shown.status.errors += 1
                return
            }
            answerDue = nil
        }
        use(newest, stamp, &output)
    }

    private mutating func use(
        _ reading: LineReading, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        let now = stamp.monotonicNanoseconds
        if case .streaming(let silence) = setup.lines.speaking {
            silenceEnd = now + Int64(silence) * 1_000_000
        }
        misses = 0
        switch reading.kind {
        case .unknown(let why):
            shown.status.errors += 1
            if shown.status.state == .connecting { shown.status.detail = "speaks, but \(why)" }
        case .complaint(let text):
            shown.status.reads += 1
            isOnline("answering: \(text)", &output)
        case .values, .nothing:
            shown.status.reads += 1
            shown.status.lastGood = stamp
            isOnline(shown.status.answering, &output)
        }
        keep(reading.readings, stamp, &output)
    }

    private mutating func keep(
        _ readings: [PointReading], _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        let samples = readings.map { sample($0, stamp) }
        for sample in samples { shown.latest[sample.point] = sample }
        output.events.append(.tell(.samples(samples)))
        for index in wishes.indices where !wishes[index].isTooEarly {
            for sample in samples where wishes[index].points.contains(sample.point) {
                wishes[index].samples[sample.point] = sample
            }
        }
        for wish in wishes where wish.isFulfilled { output.events.append(wish.reply) }
        wishes.removeAll { $0.isFulfilled }
    }

    private func sample(_ reading: PointReading, _ stamp: Stamp) -> Sample {
        Sample(reading, from: SampleOrigin(device: setup.id, stamp: stamp, provenance: setup.provenance))
    }

    // MARK: Results

    /// A line of a device that says one for each of its cycles. Nothing shows it before it is durable.
    private mutating func report(
        _ reading: LineReading, _ line: [UInt8], _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        var number: UInt64?
        if case .reporting(.number(let point)) = setup.lines.speaking {
            number = reading.readings.first { $0.point == point }?.number
        }
        var isReadable = true
        if case .unknown(let why) = reading.kind {
            isReadable = false
            shown.status.errors += 1
            output.events.append(.tell(.irregular("\(setup.id): a line cannot be read: \(why)")))
        }
        let instant = stamp.monotonicNanoseconds
        switch reported?.judge(line, number: number, isReadable: isReadable, at: instant) {
        case .again(let number):
            output.events.append(
                .tell(.irregular("\(setup.id): result \(number) came once more; it counts once")))
        case .new(let number, let irregularity):
            if let irregularity { output.events.append(.tell(.irregular("\(setup.id): \(irregularity)"))) }
            output.events.append(.tell(.result(group(reading, line, number, stamp))))
        case .doubtful(let number, let reason):
            output.events.append(.tell(.irregular("\(setup.id): \(reason)")))
            let group = group(reading, line, number, stamp).doubted(because: reason)
            output.events.append(.tell(.result(group)))
        case nil: break
        }
    }

    private func group(
        _ reading: LineReading, _ line: [UInt8], _ number: UInt64, _ stamp: Stamp
    ) -> SampleGroup {
        let samples = reading.readings.map { ($0.point, sample($0, stamp)) }
        return SampleGroup(
            device: setup.id, sequence: String(number), echo: nil, isValid: !reading.isDisowned,
            samples: Dictionary(samples, uniquingKeysWith: { first, _ in first }), raw: line, stamp: stamp)
    }

    // MARK: Orders

    private mutating func perform(
        _ order: DeviceOrder, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        switch order {
        case .start(_, let setPoints, _, let answer):
            if let failure = startFailure(setPoints) {
                output.events.append(.answer { answer(failure) })
            } else {
                // A line that has begun by now is of an earlier cycle: first its end.
                starts.append(answer)
            }
        case .gauge(let points, let patience, let answer):
            let end = stamp.monotonicNanoseconds + max(0, patience.nanoseconds)
            wishes.append(
                Wish(points: points, end: end, answer: answer, isTooEarly: answerDue != nil))
            // Nobody waits for the next period; but the quiet after a miss stays.
            if misses == 0, nextQuestion != nil { nextQuestion = stamp.monotonicNanoseconds }
        case .acknowledge(let group):
            shown.status.reads += 1
            shown.status.results += 1
            shown.status.lastGood = group.stamp
        // It runs by itself and has no scanner and no curves.
        case .acknowledgeCurve, .stop, .scanTaken: break
        }
    }

    private func startFailure(_ setPoints: [SetPoint]) -> StartFailure? {
        if !setPoints.isEmpty { return StartFailure("\(setup.id) takes no set points", mayTryAgain: false) }
        guard shown.status.state == .online else {
            return StartFailure("\(setup.id) is out of reach: \(shown.status.detail)")
        }
        return nil
    }

    // MARK: Reach

    private mutating func isOnline(_ detail: String, _ output: inout ByteLineOutput<Event>) {
        shown.status.detail = detail
        guard shown.status.state != .online else { return }
        shown.status.state = .online
        output.events.append(.tell(.reach(isOnline: true, detail: detail)))
    }

    private mutating func isOffline(
        _ reason: String, _ defect: Quality.Defect, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        let isNews = shown.status.state != .offline || shown.status.detail != reason
        guard isNews else { return }
        (shown.status.state, shown.status.detail) = (.offline, reason)
        let failure = StartFailure("\(setup.id) is out of reach: \(reason)")
        for answer in starts { output.events.append(.answer { answer(failure) }) }
        starts = []
        if reported == nil { keep(setup.lines.points.map { $0.bad(defect) }, stamp, &output) }
        output.events.append(.tell(.reach(isOnline: false, detail: reason)))
    }
}
