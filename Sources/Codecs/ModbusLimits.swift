/// What one Modbus request or frame can carry.
///
/// MODBUS Application Protocol V1.1b3 (clause of each function code), MODBUS over Serial Line V1.02 and
/// MODBUS Messaging on TCP/IP V1.0b. Devices often carry less: their profiles say how much.
package enum ModbusLimits {
    /// Function code and its data: what a serial frame of 256 bytes leaves after unit and CRC (clause 4.1).
    package static let pduBytes = 253
    /// Unit, PDU and CRC (Serial Line V1.02, clause 2.5.1).
    package static let rtuFrameBytes = 256
    /// MBAP header and PDU (Messaging on TCP/IP V1.0b, clause 4.1).
    package static let tcpFrameBytes = 260
    /// Clauses 6.1 and 6.2.
    package static let bitsPerRead = 2_000
    /// Clauses 6.3, 6.4 and 6.17.
    package static let registersPerRead = 125
    /// Clause 6.11.
    package static let bitsPerWrite = 1_968
    /// Clause 6.12.
    package static let registersPerWrite = 123
    /// Clause 6.17, the write half of function 23.
    package static let registersPerReadWrite = 121
}
