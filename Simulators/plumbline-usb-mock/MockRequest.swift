internal import CUMockdev

/// One usbfs call, by its number (linux/usbdevice_fs.h).
struct MockRequest {
    enum Call: UInt {
        case getDriver = 8
        case submit = 10
        case discard = 11
        /// USBDEVFS_REAPURBNDELAY; libusb never uses the reap that waits.
        case reap = 13
        case claim = 15
        /// A call to one interface: libusb puts the kernel's driver back by it.
        case interfaceCall = 18
        case release = 16
        case reset = 20
        case clearHalt = 21
        case getCapabilities = 26
        case disconnectClaim = 27
    }

    let call: Call?
    /// Bytes of the argument.
    let size: gsize

    /// Takes the request apart as asm-generic/ioctl.h puts it together; usbfs calls are of type `U`.
    init(_ request: gulong) {
        let isUSB = UInt(request) >> 8 & 0xFF == UInt(UInt8(ascii: "U"))
        call = isUSB ? Call(rawValue: UInt(request) & 0xFF) : nil
        size = gsize(UInt(request) >> 16 & 0x3FFF)
    }
}
