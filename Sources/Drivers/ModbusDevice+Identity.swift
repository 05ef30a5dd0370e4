import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// What is known of who answers.
struct IdentityState: Sendable {
    /// By object id, as function 43/14 told them since the device was set up.
    var objects: [UInt8: String] = [:]
    /// What the driver has told last; nil until it has told anything.
    var told: DeviceIdentity?
}

extension ModbusDevice {
    /// Tries of each request: one lost frame is no refusal, and a device without the function may be silent.
    private static let identificationTries = 2

    /// Asks who answers, where the profile says that the device knows function 43/14.
    ///
    /// Whatever comes of it, the device is set up: it measures as before, and what it did not tell is not
    /// known.
    func readIdentification() async {
        identityState.objects = [:]
        guard let code = setup.registers.identity?.modbus else { return }
        var reading = ModbusIdentificationReading(code)
        var tries = Self.identificationTries
        var trouble: String?
        while let request = reading.request, tries > 0 {
            let exchange = await link.transact(request, unit: setup.unit, timeout: timeout)
            switch exchange.outcome {
            case .reply(let pdu):
                do throws(ModbusError) {
                    try reading.take(pdu)
                    trouble = reading.cutShort
                } catch {
                    (trouble, tries) = ("\(error)", 0)
                }
            case .exception(let exception): (trouble, tries) = ("\(exception)", 0)
            case .failed(let failure): (trouble, tries) = ("\(failure)", tries - 1)
            // Only what goes to all units is sent without an answer.
            case .sent: (trouble, tries) = ("nobody answers", 0)
            }
        }
        for object in reading.objects { identityState.objects[object.id] = object.text }
        if let trouble { tell(.irregular("\(id): it does not say all of who it is: \(trouble)")) }
    }

    /// Reads anew what is polled and says who answers: what the device before said does not count. False
    /// where the device did not answer.
    func readIdentityPoints() async -> Bool {
        guard let points = setup.registers.identity?.points else { return true }
        for request in schedule.requests where request.points.contains(where: { points.contains($0.id) }) {
            // Those that are read on connecting have just been; a result says by itself whose it is.
            guard case .every = request.moment, request.id != setup.registers.cycle?.request else { continue }
            let exchange = await read(request)
            guard let pdu = exchange.replyPDU else {
                missed(request, exchange)
                if case .exception(let exception) = exchange.outcome, exception.isLasting { continue }
                return false
            }
            // Its other values do not count before the device is set up.
            for reading in readings(of: request, pdu) where points.contains(reading.point) {
                known[reading.point] = reading
            }
        }
        return true
    }

    /// Tells the identity where it is not what was told last; only after points that belong to it were read.
    func noteIdentity(of request: ReadRequest? = nil) {
        guard let rule = setup.registers.identity else { return }
        if let request, !request.points.contains(where: { rule.points.contains($0.id) }) { return }
        let parts = rule.sources.compactMapValues { source -> String? in
            switch source {
            case .object(let id): return identityState.objects[id]
            case .point(let id):
                guard let reading = known[id], reading.quality == .good else { return nil }
                return reading.value?.description
            }
        }
        tellIdentity(DeviceIdentity(parts))
    }

    /// The device is out of reach: who answers next is not known until it was set up.
    func forgetIdentity() {
        guard let rule = setup.registers.identity else { return }
        identityState.objects = [:]
        for point in rule.points { known[point] = nil }
        if identityState.told != nil { tellIdentity(.unknown) }
    }

    private func tellIdentity(_ identity: DeviceIdentity) {
        guard identity != identityState.told else { return }
        identityState.told = identity
        tell(.identity(identity))
    }
}
