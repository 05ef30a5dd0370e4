internal import Inspection
package import Metrology
package import Profiles
package import Transports

/// Which torque controller a driver serves and what it must know of its past.
package struct TorqueDeviceSetup: Sendable {
    /// Asset id: `TW-025`.
    package let id: String
    package let profile: TorqueProfile
    package let provenance: Provenance
    /// The last result of this controller that is durable; nil where none ever was.
    package let taken: HandshakeMachine.Taken?
    /// What the controller's clock is compared with.
    let civil: CivilClock

    package init(
        id: String, profile: TorqueProfile, provenance: Provenance, taken: HandshakeMachine.Taken?,
        civil: CivilClock = .ofThisMachine
    ) {
        self.civil = civil
        (self.id, self.profile, self.provenance, self.taken) = (id, profile, provenance, taken)
    }
}

/// A torque controller with its tool, by Open Protocol over a connection of its own.
///
/// The controller keeps a result until it is acknowledged, which is done once the result is durable.
package final class TorqueDevice: MeasuringDevice {
    private let setup: TorqueDeviceSetup
    private let line: ByteLine<TorqueMachine>
    private let journal: @Sendable (DeviceWriting) async -> Bool
    private let writings: AsyncStream<DeviceWriting>
    private let writingsInput: AsyncStream<DeviceWriting>.Continuation

    /// Writes that may wait for the ledger: two a tightening, and tightenings wait for it too.
    private static let writingLimit = 256

    /// The controller at `address`. `tell` is called in order, from the line's thread: it must be quick;
    /// `journal` enters what was written to the controller.
    ///
    /// Throws `TransportError` where the process has no descriptor left.
    package init(
        _ setup: TorqueDeviceSetup, address: LinkAddress, time: any TimeSource,
        tell: @escaping @Sendable (DeviceEvent) -> Void,
        journal: @escaping @Sendable (DeviceWriting) async -> Bool
    ) throws(TransportError) {
        (self.setup, self.journal) = (setup, journal)
        let (writings, input) = AsyncStream.makeStream(
            of: DeviceWriting.self, bufferingPolicy: .bufferingOldest(Self.writingLimit))
        (self.writings, writingsInput) = (writings, input)
        let machine = TorqueMachine(setup, link: TorqueLink(setup.profile, over: address))
        line = try ByteLine(address, user: machine, time: time) { event in
            switch event {
            case .tell(let event): tell(event)
            case .answer(let answer): answer()
            case .journal(let writing):
                guard case .dropped = input.yield(writing) else { return }
                tell(.irregular("\(writing.device): what was written could not be recorded: too much waits"))
            }
        }
    }

    package var id: String { setup.id }
    package var status: DeviceStatus { line.shown.status }
    package var latest: [String: Sample] { line.shown.latest }
    package var linkStatus: LinkStatus { line.status }
    /// A controller tells results and nothing in between.
    package var livePoints: [LivePoint] { [] }

    package func submit(_ order: DeviceOrder) {
        if !line.post(order) { order.refuse() }
    }

    package func run() async throws(TransportError) {
        let (writings, journal) = (writings, journal)
        // What could not be entered was said aloud by then.
        let entering = Task { for await writing in writings { _ = await journal(writing) } }
        do throws(TransportError) { try await line.run() } catch {
            writingsInput.finish()
            entering.cancel()
            throw error
        }
        writingsInput.finish()
        await entering.value
    }
}
