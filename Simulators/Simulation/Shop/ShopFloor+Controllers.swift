package import Codecs

/// The Open Protocol side of the shop: clients that come, talk and go.
extension ShopFloor {
    /// A client has connected to the controller `device`; `client` is a number that no other has.
    package mutating func connect(_ client: Int, to device: String, at now: ShopTime) {
        letAct(device, at: now) { $0.connect(client, at: now) }
    }

    package mutating func disconnect(_ client: Int, from device: String, at now: ShopTime) {
        letAct(device, at: now) { $0.disconnect(client, at: now) }
    }

    /// Takes what a client has sent to the controller `device`.
    package mutating func receive(_ bytes: [UInt8], from client: Int, at device: String, at now: ShopTime) {
        guard let index = hall.place(of: device) else { return }
        if !hall.isAsked[index] {
            hall.markAsked(index)
            beginWorkWhereReady(at: now)
        }
        letAct(device, at: now) { $0.receive(bytes, from: client, at: now) }
    }

    /// What the tool of `device` really did, after the first `after` tightenings; throws `SimulationError`
    /// where it is no Open Protocol controller.
    package func truth(of device: String, after: Int) throws(SimulationError) -> JSONValue {
        guard let index = hall.place(of: device) else {
            let known = hall.ids.sorted().joined(separator: ", ")
            throw SimulationError(.refused, device, "keeps no such list; these do: \(known)")
        }
        return hall.controllers[index].truth.json(after: after)
    }

    /// Plugs another tool into the controller `device`.
    mutating func swapTool(
        _ device: String, _ serial: String, at now: ShopTime
    ) throws(SimulationError) {
        guard (1...14).contains(serial.utf8.count) else {
            throw SimulationError(.refused, "serial", "a tool's has 1 to 14 characters")
        }
        letAct(device, at: now) { $0.swapTool(serial) }
    }

    /// What each controller shows: for `GET /state`.
    func shownControllers(at now: ShopTime) -> [(String, JSONValue)] {
        hall.ids.enumerated().map { ($1, hall.state($0, faults: faults.active(on: $1, at: now))) }
    }

    mutating func letAct<Failure: Error>(
        _ device: String, at now: ShopTime,
        _ body: (inout TighteningController) throws(Failure) -> Void
    ) throws(Failure) {
        guard let index = hall.place(of: device) else { return }
        defer { passOn(fromController: index, at: now) }
        try hall.act(index, suffering: faults.active(on: device, at: now), body)
    }

    /// Lets every controller do what is due.
    mutating func advanceControllers(to now: ShopTime) {
        for index in hall.controllers.indices {
            let suffering = faults.active(on: hall.controllers[index].id, at: now)
            hall.act(index, suffering: suffering) { $0.advance(to: now) }
            passOn(fromController: index, at: now)
        }
    }

    private mutating func passOn(fromController index: Int, at now: ShopTime) {
        let id = hall.controllers[index].id
        for output in hall.takeOutputs(index) { acts.append(.wire(device: id, output)) }
        hasten(hall.controllers[index].nextChange)
        tell(hall.takeEvents(index), of: id, at: now)
    }
}
