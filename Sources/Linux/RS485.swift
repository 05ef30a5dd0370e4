internal import CLinux

/// The direction of an RS-485 transceiver behind a serial port.
package enum RS485 {
    /// Lets the driver of the tty `number` raise RTS while it sends, and lower it again with the last bit.
    ///
    /// Throws `SystemCallError` where the driver cannot: most USB adapters turn around by themselves instead.
    package static func enable(_ number: Int32) throws(SystemCallError) {
        guard plumbline_enable_rs485(number) == 0 else { throw SystemCallError("TIOCSRS485") }
    }
}
