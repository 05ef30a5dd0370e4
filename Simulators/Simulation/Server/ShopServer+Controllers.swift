/// Clients of Open Protocol controllers.
extension ShopServer {
    /// Takes a connection to the controller `device`.
    func adoptController(_ descriptor: Int32, of device: String) {
        lastControllerClient += 1
        let port = OpenProtocolPort(
            descriptor, device: device, client: lastControllerClient, server: self)
        controllerClients[port.client] = port
        adopt(port)
        floor.connect(port.client, to: device, at: now)
    }

    func heard(_ bytes: [UInt8], on port: OpenProtocolPort) {
        floor.receive(bytes, from: port.client, at: port.device, at: now)
    }

    /// The client is gone.
    func lose(_ port: OpenProtocolPort) {
        guard controllerClients.removeValue(forKey: port.client) != nil else { return }
        loop.forget(port)
        floor.disconnect(port.client, from: port.device, at: now)
    }

    func perform(_ output: OpenProtocolController.Output) {
        guard let port = controllerClients[output.client] else { return }
        switch output {
        case .send(_, let bytes): port.send(bytes)
        case .close(_, let abruptly):
            controllerClients[port.client] = nil
            loop.forget(port)
            if abruptly { port.prepareReset() }
        }
    }
}
