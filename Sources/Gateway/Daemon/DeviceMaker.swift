import Drivers
import Metrology
import Profiles
import Transports

/// Makes the driver that a device's profile asks for; nothing is opened yet.
struct DeviceMaker {
    let configuration: DeviceConfiguration
    let address: LinkAddress
    /// The last result of the device that is durable; nil where none ever was.
    let taken: HandshakeMachine.Taken?
    let time: any TimeSource
    let tell: @Sendable (DeviceEvent) -> Void
    /// Enters what was written to the device.
    let journal: @Sendable (DeviceWriting) async -> Bool

    /// The device by `profile`; nil for one that measures nothing, such as a scanner.
    func device(_ profile: DeviceProfile, _ lines: LinePool) async throws -> RunningDevice? {
        switch profile.speech {
        case .modbus(let registers): try await modbus(registers, lines)
        case .lines(let spoken): try inLines(spoken)
        case .torque(let torque): try self.torque(torque)
        case .scanner: nil
        }
    }

    private func modbus(_ registers: RegisterMap, _ lines: LinePool) async throws -> RunningDevice {
        let link = try await lines.line(to: address)
        let unit = address.unit ?? 1
        let setup = ModbusDeviceSetup(
            id: configuration.id, registers: registers, unit: unit, provenance: configuration.provenance,
            taken: taken)
        let device = ModbusDevice(setup, link: link, time: time, tell: tell, journal: journal)
        return RunningDevice(
            configuration: configuration, device: device, lineName: link.name,
            linkStatus: { link.status }, unit: unit)
    }

    private func inLines(_ spoken: LineProfile) throws -> RunningDevice {
        let setup = LineDeviceSetup(
            id: configuration.id, lines: spoken, provenance: configuration.provenance, taken: taken)
        let device = try LineDevice(setup, address: address, time: time, tell: tell)
        return RunningDevice(
            configuration: configuration, device: device, lineName: address.lineName,
            linkStatus: { device.linkStatus }, unit: nil)
    }

    private func torque(_ profile: TorqueProfile) throws -> RunningDevice {
        let setup = TorqueDeviceSetup(
            id: configuration.id, profile: profile, provenance: configuration.provenance, taken: taken)
        let device = try TorqueDevice(setup, address: address, time: time, tell: tell, journal: journal)
        return RunningDevice(
            configuration: configuration, device: device, lineName: address.lineName,
            linkStatus: { device.linkStatus }, unit: nil)
    }
}
