import Metrology
import Profiles
import Transports

extension ModbusDevice {
    /// Time after which a setting that the device did not take is written again: its memory may wear out.
    private static let nanosecondsBetweenSettings: Int64 = 60_000_000_000

    /// Compares every setting of the profile and writes those that differ; false where one is not as it must
    /// be, which makes every value of the device doubtful.
    func settle() async -> Bool {
        for setting in setup.registers.setup {
            guard await settle(setting) else { return false }
        }
        return true
    }

    private func settle(_ setting: DeviceSetting) async -> Bool {
        let planned: PlannedWrite
        do {
            planned = try setup.registers.plan([(setting.point, setting.value)])
        } catch {
            return unsettled("\(error)")
        }
        guard let check = planned.readBacks(in: setup.registers, except: []).first else {
            return unsettled("\(setting.point) cannot be compared")
        }
        let exchange = await link.transact(check.request.modbusRequest, unit: setup.unit, timeout: timeout)
        guard let pdu = exchange.replyPDU, check.request.data(ofReply: pdu) != nil else {
            return unsettled("\(setting.point) could not be compared")
        }
        let readings = readings(of: check.request, pdu)
        for reading in readings { known[reading.point] = reading }
        guard check.difference(readings) != nil else { return true }
        let now = time.now().monotonicNanoseconds
        if let last = settingWrites[setting.point], now - last < Self.nanosecondsBetweenSettings {
            return unsettled("\(setting.point) is not \(setting.value), and was written a short time ago")
        }
        settingWrites[setting.point] = now
        let failure = await carryOut(planned, for: .setup)
        _ = await record()
        if let failure { return unsettled(failure.text) }
        tell(.irregular("\(id): \(setting.point) was not \(setting.value) and has been set to it"))
        return true
    }

    private func unsettled(_ why: String) -> Bool {
        let text = "not set up: \(why)"
        if status.detail != text { tell(.irregular("\(id): \(text)")) }
        status.detail = text
        return false
    }
}
