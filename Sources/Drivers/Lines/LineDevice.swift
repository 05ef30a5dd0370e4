internal import Codecs
internal import Inspection
package import Metrology
package import Profiles
package import Transports

/// Which device a line driver serves and what it must know of its past.
package struct LineDeviceSetup: Sendable {
    /// Asset id: `TT-001`.
    package let id: String
    package let lines: LineProfile
    package let provenance: Provenance
    /// The last result of this device that is durable; nil where none ever was.
    package let taken: HandshakeMachine.Taken?

    package init(id: String, lines: LineProfile, provenance: Provenance, taken: HandshakeMachine.Taken?) {
        (self.id, self.lines, self.provenance, self.taken) = (id, lines, provenance, taken)
    }
}

/// A device that speaks in lines of text, over a tty or a TCP connection that is its own.
///
/// A result that it says is handed on once and held nowhere else: whoever hears of it makes it durable first.
package final class LineDevice: MeasuringDevice {
    private let setup: LineDeviceSetup
    private let line: ByteLine<LineDeviceMachine>

    /// The device on the line at `address`.
    ///
    /// `tell` is called in order, from the line's thread: it must be quick. Throws `TransportError` where the
    /// process has no descriptor left, or no line would ever end.
    package init(
        _ setup: LineDeviceSetup, address: LinkAddress, time: any TimeSource,
        tell: @escaping @Sendable (DeviceEvent) -> Void
    ) throws(TransportError) {
        self.setup = setup
        let framing: LineFraming
        do throws(LineFramingError) { framing = try LineFraming(setup.lines.framing) } catch {
            throw TransportError(address.lineName, "its lines never end", remedy: "correct `framing:`")
        }
        let machine = LineDeviceMachine(setup, framing: framing)
        line = try ByteLine(address, user: machine, time: time) { event in
            switch event {
            case .tell(let event): tell(event)
            case .answer(let answer): answer()
            }
        }
    }

    package var id: String { setup.id }
    package var status: DeviceStatus { line.shown.status }
    package var latest: [String: Sample] { line.shown.latest }
    package var linkStatus: LinkStatus { line.status }

    package var livePoints: [LivePoint] {
        let period: Int
        switch setup.lines.speaking {
        case .asked(let question): period = question.everyMilliseconds
        case .streaming(let silence): period = silence
        case .reporting: return []
        }
        return setup.lines.points.filter { $0.number.map { $0.kind != .dimensionless } ?? false }
            .map { LivePoint(id: $0.id, staleAfterNanoseconds: Int64(period) * 2_500_000) }
    }

    package func submit(_ order: DeviceOrder) {
        if !line.post(order) { order.refuse() }
    }

    package func run() async throws(TransportError) { try await line.run() }
}

extension LineFraming {
    /// The framing that a profile describes.
    init(_ framing: LineProfile.Framing) throws(LineFramingError) {
        try self.init(
            prefix: framing.prefix, suffixes: framing.suffix.isEmpty ? [] : [framing.suffix],
            longest: framing.longest, length: framing.length,
            idleGapNanoseconds: Int64(framing.idleGapMilliseconds) * 1_000_000)
    }
}
