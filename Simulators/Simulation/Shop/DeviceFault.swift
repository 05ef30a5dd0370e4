/// A way in which a device misbehaves for a while; the catalog grows by cases.
package enum FaultKind: String, Sendable, CaseIterable {
    /// Accepts requests and never answers.
    case silent
    /// Answers late.
    case delay
    /// Refuses every request with an exception.
    case exception
    /// Answers in another unit's name.
    case wrongUnit = "wrong_unit"
    /// Breaks the connection off at a request; a serial line goes away and comes back.
    case reset
    /// Switches the device off and on, once: sequences and ids begin anew.
    case restart
    /// Numbers anew from 1 after a restart, and has lost its results.
    case restartFromOne = "restart_from_one"
    /// The next result's number is 1,000 too high, once.
    case idJump = "id_jump"
    /// The battery is empty, once: the clock stands at the year 2000.
    case batteryLoss = "battery_loss"
    /// The connection breaks when the client acknowledges a result; the acknowledgement is lost.
    case lostAcknowledge = "lost_acknowledge"
    /// The connection breaks when a result is sent; the client never sees it.
    case lostResult = "lost_result"
    /// The connection breaks when a curve is sent; the client never sees it.
    case lostCurve = "lost_curve"
    /// Answers with a MID that nobody asked for.
    case wrongMID = "wrong_mid"
    /// Says everything twice.
    case twice
    /// Says everything a hundred times more than asked.
    case flood
    /// A NUL stands inside each telegram.
    case nulInside = "nul_inside"
    /// The length of each telegram says more than there is.
    case wrongLength = "wrong_length"
    /// Sends one byte at a time.
    case drip
    /// Stray bytes stand before all that a serial line carries, and some of it is lost.
    case noise
    /// Another master programs the controller: commands are refused.
    case otherMaster = "other_master"

    /// Whether it happens at one moment, and takes no time.
    package var happensOnce: Bool {
        switch self {
        case .restart, .restartFromOne, .idJump, .batteryLoss: true
        default: false
        }
    }

    /// Whether a device that is polled by Modbus can suffer from it.
    package var isForModbus: Bool {
        switch self {
        case .silent, .delay, .exception, .wrongUnit, .reset, .restart: true
        default: false
        }
    }

    /// Whether an Open Protocol controller can.
    package var isForOpenProtocol: Bool { self != .wrongUnit }

    /// Whether it is `by` a time.
    package var takesLateness: Bool { self == .delay || self == .drip }

    /// That time where none is given, milliseconds.
    package var usualLateness: Int { self == .drip ? 5 : 1000 }
}

/// A fault as data: which device, what, and from when to when.
package struct DeviceFault: Sendable, Equatable {
    package let device: String
    package let kind: FaultKind
    /// Since the simulation began.
    package let begins: ShopTime
    package let ends: ShopTime
    /// How late an answer is under `delay`, and each byte behind the one before under `drip`.
    package let lateness: ShopTime
    /// The code given under `exception`: 1–255, 6 (busy) unless said otherwise.
    package let code: UInt8

    package init(
        device: String, kind: FaultKind, begins: ShopTime, ends: ShopTime, lateness: ShopTime, code: UInt8
    ) {
        (self.device, self.kind, self.begins, self.ends) = (device, kind, begins, ends)
        (self.lateness, self.code) = (lateness, code)
    }
}

/// The faults that are planned or under way.
package struct FaultBoard: Sendable {
    /// Most faults kept; a further one is refused.
    package static let mostFaults = 1000

    private(set) var faults: [DeviceFault] = []

    package init() {}

    /// Throws `SimulationError` where the board is full.
    package mutating func add(_ fault: DeviceFault) throws(SimulationError) {
        guard faults.count < Self.mostFaults else {
            throw SimulationError(
                .refused, fault.device, "\(Self.mostFaults) faults are planned already; wait until some end")
        }
        faults.append(fault)
    }

    /// Forgets every fault of `device`.
    package mutating func remove(of device: String) { faults.removeAll { $0.device == device } }

    /// What `device` suffers from at `now`, in the order in which it was planned.
    package func active(on device: String, at now: ShopTime) -> [DeviceFault] {
        faults.isEmpty
            ? [] : faults.filter { $0.device == device && $0.begins <= now && now < $0.ends }
    }

    /// What happens once and is due; forgets that and whatever is over.
    package mutating func takeStrikes(at now: ShopTime) -> [DeviceFault] {
        let due = faults.filter { $0.kind.happensOnce && $0.begins <= now }
        faults.removeAll { ($0.kind.happensOnce && $0.begins <= now) || $0.ends <= now }
        return due
    }

    /// When the next of them is due.
    package var nextStrike: ShopTime? { faults.filter(\.kind.happensOnce).map(\.begins).min() }
}
