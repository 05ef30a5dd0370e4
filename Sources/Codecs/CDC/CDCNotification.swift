/// What the control endpoint of a USB serial device says (USB CDC 1.2, section 6.3).
package enum CDCNotification: Sendable, Equatable {
    case state(CDCSerialState)
    /// Something that says nothing about bytes.
    case other
    /// Cut off, too long, or not as long as its own length says: nothing of it is believed.
    case malformed(reason: String)

    /// Request type, notification, value, interface and length, two bytes each but the first two.
    private static let headLength = 8
    /// USB CDC PSTN 1.2, section 6.5.4: SERIAL_STATE, with two bytes of data.
    private static let (serialState, stateLength): (UInt8, Int) = (0x20, 2)

    package init(_ bytes: [UInt8]) {
        // USB CDC 1.2, section 6.3: a class request from the interface.
        guard bytes.count >= Self.headLength, bytes[0] == 0xA1 else {
            self = .malformed(reason: "\(bytes.count) bytes that are no notification")
            return
        }
        let length = Int(bytes[6]) | Int(bytes[7]) << 8
        let isState = bytes[1] == Self.serialState
        let expected = isState ? Self.stateLength : length
        guard length == expected, bytes.count == Self.headLength + expected else {
            let came = "\(bytes.count - Self.headLength) bytes of data came and it says \(length)"
            self = .malformed(reason: isState ? "\(came), where a line's state has 2" : came)
            return
        }
        self = isState ? .state(CDCSerialState(bits: bytes[Self.headLength])) : .other
    }
}
