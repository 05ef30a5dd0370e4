/// The Modbus functions that Plumbline speaks, by their codes (Application Protocol V1.1b3, clause 6).
package enum ModbusFunction: UInt8, Sendable, CaseIterable {
    case readCoils = 1
    case readDiscreteInputs = 2
    case readHoldingRegisters = 3
    case readInputRegisters = 4
    case writeCoil = 5
    case writeRegister = 6
    case writeCoils = 15
    case writeRegisters = 16
    case maskWriteRegister = 22
    case readWriteRegisters = 23
    /// With MEI type 14 it reads a device's identification (clause 6.21).
    case encapsulatedInterface = 43
}
