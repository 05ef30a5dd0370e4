internal import Codecs

/// The Open Protocol controllers of a shop, found by their ids.
struct ControllerHall: Sendable {
    private(set) var controllers: [TighteningController] = []
    private var places: [String: Int] = [:]
    /// For each controller: whether a client has ever talked to it.
    private(set) var isAsked: [Bool] = []

    mutating func add(_ controller: TighteningController) {
        places[controller.id] = controllers.count
        controllers.append(controller)
        isAsked.append(false)
    }

    var ids: [String] { controllers.map(\.id) }

    func place(of device: String) -> Int? { places[device] }

    func isAsked(_ device: String) -> Bool? { places[device].map { isAsked[$0] } }

    /// When one of them changes by itself next.
    var nextChange: ShopTime? { controllers.compactMap(\.nextChange).min() }

    /// Lets the controller at `index` do something while it suffers from `faults`.
    mutating func act<Failure: Error>(
        _ index: Int, suffering faults: [DeviceFault],
        _ body: (inout TighteningController) throws(Failure) -> Void
    ) throws(Failure) {
        controllers[index].suffers = faults
        try body(&controllers[index])
    }

    /// The technician at the tool of `device` has this part in hands.
    mutating func hold(_ serial: String?, at device: String) {
        if let place = places[device] { controllers[place].partInHands = serial }
    }

    mutating func markAsked(_ index: Int) { isAsked[index] = true }

    mutating func takeOutputs(_ index: Int) -> [TighteningController.Output] {
        controllers[index].takeOutputs()
    }

    mutating func takeEvents(_ index: Int) -> [DeviceEvent] { controllers[index].takeEvents() }

    /// What each shows: for `GET /state`.
    func state(_ index: Int, faults: [DeviceFault]) -> JSONValue {
        let controller = controllers[index]
        let lock = controller.isToolEnabled ? "unlocked" : "locked"
        return [
            "asked": .bool(isAsked[index]), "shows": .string(lock),
            "identifier": .string(String(decoding: controller.identifier, as: UTF8.self)),
            "parameter_set": .number(Int64(controller.parameterSet)),
            "tightenings": .number(Int64(controller.truth.count)),
            "unacknowledged": .number(Int64(controller.unacknowledged.count)),
            "faults": .array(faults.map { .string($0.kind.rawValue) }),
        ]
    }
}
