package import Codecs
package import Metrology

/// The USB of this machine: what is plugged in, and lines to single interfaces.
///
/// No call waits. All handlers are called one after the other, in order, from the bus's own thread; they must
/// be quick and may call the bus again.
package protocol USBBus: Sendable {
    /// Tells `handler` of each device that is there, then of each that comes or goes, until the watch is
    /// cancelled.
    func watch(_ handler: @escaping @Sendable (USBBusEvent) -> Void) -> any USBWatch

    /// Opens a line to what `request` names and tells `handler` how that goes.
    ///
    /// A line that opens says `opened` first; every line says `ended` once, as its last word.
    func open(_ request: USBLineRequest, _ handler: @escaping @Sendable (USBLineEvent) -> Void) -> any USBLine
}

/// A watch on the bus; it lasts until it is cancelled.
package protocol USBWatch: Sendable {
    func cancel()
}

/// A claimed interface from which input reports or bytes arrive; the device's other HIDs are held with it.
package protocol USBLine: Sendable {
    /// Sends `bytes` over a serial line. Where they are not taken the line says `unsent`; bytes that are
    /// still on their way when the next ones come are taken back.
    func send(_ bytes: [UInt8])

    /// Gives the interface back; the line's last word is then `ended(.closed)`. More calls do nothing.
    func close()
}

/// What happens on the bus as a whole.
package enum USBBusEvent: Sendable, Equatable {
    case arrived(USBDevice)
    case left(USBDevice)
    /// The bus itself fails; devices may come and go unseen until it recovers.
    case failed(TransportError)
}

/// Which interface of which device to claim.
package struct USBLineRequest: Sendable, Equatable {
    package let device: USBDevice
    package let interface: USBInterface
    /// The serial number that the device has to have; nil takes any.
    package let serial: String?
    /// The rest of a serial line, whose control interface `interface` is; nil for a HID.
    package let line: SerialPart?

    /// The data interface of a USB serial line, and how the line is to be set.
    package struct SerialPart: Sendable, Equatable {
        package let data: USBInterface
        package let coding: CDCLineCoding

        package init(data: USBInterface, coding: CDCLineCoding) { (self.data, self.coding) = (data, coding) }
    }

    package init(
        device: USBDevice, interface: USBInterface, serial: String?, line: SerialPart? = nil
    ) {
        (self.device, self.interface, self.serial, self.line) = (device, interface, serial, line)
    }
}

/// What a line to an interface says.
package enum USBLineEvent: Sendable, Equatable {
    /// The interface is claimed; its HID report descriptor as the device gave it, empty for a serial line.
    case opened(reportDescriptor: [UInt8])
    /// An input report, or bytes of a serial line, stamped when they arrived.
    case report([UInt8], Stamp)
    /// What the control interface of a serial line says.
    case notification([UInt8], Stamp)
    /// The device did not take the bytes that it was sent, or not all of them, and why.
    case unsent(reason: String)
    case ended(End)

    /// Why a line ended.
    package enum End: Sendable, Equatable {
        /// As the caller asked.
        case closed
        /// The device is no longer there.
        case unplugged
        /// The device has another serial number, or none.
        case otherSerial(String?)
        case failed(TransportError)
    }
}
