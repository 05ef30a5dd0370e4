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
}

/// A fault as data: which device, what, and from when to when.
package struct DeviceFault: Sendable, Equatable {
    package let device: String
    package let kind: FaultKind
    /// Since the simulation began.
    package let begins: ShopTime
    package let ends: ShopTime
    /// How late an answer is under `delay`.
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

    /// Restarts that are due, and forgets them and whatever is over.
    package mutating func takeRestarts(at now: ShopTime) -> [String] {
        let due = faults.filter { $0.kind == .restart && $0.begins <= now }.map(\.device)
        faults.removeAll { ($0.kind == .restart && $0.begins <= now) || $0.ends <= now }
        return due
    }

    /// When the next restart is due.
    package var nextRestart: ShopTime? { faults.filter { $0.kind == .restart }.map(\.begins).min() }
}
