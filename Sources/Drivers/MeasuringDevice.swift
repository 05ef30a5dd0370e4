package import Metrology
package import Transports

/// A device that a station can give a role, whatever it speaks.
package protocol MeasuringDevice: AnyObject, Sendable {
    /// Asset id: `FTS-001`.
    nonisolated var id: String { get }
    var status: DeviceStatus { get async }
    /// The newest sample of each point, bad ones included.
    var latest: [String: Sample] { get async }
    /// What a page shows live, in the order of the profile, results left out.
    nonisolated var livePoints: [LivePoint] { get }

    /// Queues an order; it is carried out after those before it.
    nonisolated func submit(_ order: DeviceOrder)

    /// Works until the task is cancelled; throws `TransportError` where it cannot begin.
    func run() async throws(TransportError)
}

/// A value that comes by itself and has a unit: what a page shows live.
package struct LivePoint: Sendable {
    package let id: String
    /// Age after which its value counts as old.
    package let staleAfterNanoseconds: Int64
}

extension ModbusDevice: MeasuringDevice {}

extension DeviceOrder {
    /// Answers for a device that will not carry it out.
    func refuse() {
        switch self {
        case .start(_, _, _, let answer): answer(StartFailure("too many orders wait for the device"))
        case .gauge(_, _, let answer): answer([:])
        case .acknowledge, .acknowledgeCurve, .stop, .scanTaken: break
        }
    }
}
