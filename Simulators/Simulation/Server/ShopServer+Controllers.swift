/// Clients of Open Protocol controllers.
extension ShopServer {
    /// Takes a connection to the controller `device`.
    func adoptController(_ descriptor: Int32, of device: String) {
        let port = OpenProtocolPort(
            descriptor, device: device, client: nextControllerClient(), server: self)
        adopt(port)
        begin(port)
    }

    /// Has every controller that dials itself, and is not connected, dial once a second.
    func dial(at now: ShopTime) {
        for index in dialers.indices where dialers[index].due <= now {
            dialers[index].due = now + .seconds(ControllerDialer.pause * speed)
            let device = dialers[index].device
            guard !controllerClients.values.contains(where: { $0.device == device }) else { continue }
            // Nobody listens yet, or any more: it dials again.
            if let descriptor = dialers[index].dialled() { adoptController(descriptor, of: device) }
        }
    }

    /// Opens the serial line of the controller `device`; throws `SimulationError` where it cannot be had.
    func openControllerLine(
        _ path: String, _ framing: SerialFraming, of device: String
    ) throws(SimulationError) {
        let line = OpenProtocolLine(
            try PseudoTerminal(link: path), framing: framing, device: device,
            client: nextControllerClient(), server: self)
        controllerLines.append(line)
        try loop.watch(line)
        begin(line)
    }

    /// A line is never gone: after the end of a session another one may begin on it.
    func reopen(_ line: OpenProtocolLine) { begin(line) }

    /// The line goes away and comes back at once, as with a plug that is pulled: another pty, the same path.
    func replug(_ line: OpenProtocolLine) {
        loop.forget(line)
        controllerLines.removeAll { $0 === line }
        do throws(SimulationError) {
            try openControllerLine(line.path, line.framing, of: line.device)
        } catch {
            log("\(error)")
        }
    }

    private func begin(_ connection: any ControllerConnection) {
        controllerClients[connection.client] = connection
        floor.connect(connection.client, to: connection.device, at: now)
    }

    private func nextControllerClient() -> Int {
        lastControllerClient += 1
        return lastControllerClient
    }

    func heard(_ bytes: [UInt8], on connection: any ControllerConnection) {
        floor.receive(bytes, from: connection.client, at: connection.device, at: now)
    }

    /// The client is gone.
    func lose(_ port: OpenProtocolPort) {
        guard controllerClients.removeValue(forKey: port.client) != nil else { return }
        loop.forget(port)
        floor.disconnect(port.client, from: port.device, at: now)
    }

    func perform(_ output: TighteningController.Output) {
        guard let connection = controllerClients[output.client] else { return }
        switch output {
        case .send(_, let bytes): connection.send(bytes)
        case .close(_, let abruptly):
            controllerClients[connection.client] = nil
            connection.end(abruptly: abruptly)
        }
    }
}
