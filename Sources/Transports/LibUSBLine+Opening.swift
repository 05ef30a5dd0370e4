internal import CUSB
internal import Codecs
internal import Metrology

extension LibUSBLine {
    /// Why a line could not be opened.
    struct Failure: Error {
        let end: USBLineEvent.End
    }

    /// How long a device may take to answer on the control pipe (USB 2.0, section 9.2.6.4: 500 ms to the
    /// last packet, doubled).
    private static let controlTimeoutMilliseconds: UInt32 = 1_000

    /// Opens the device, checks its serial number, claims the interfaces and sets them up.
    static func open(
        _ pointer: OpaquePointer, _ request: USBLineRequest, _ time: any TimeSource,
        _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) -> Result<LibUSBLine, Failure> {
        var opened: OpaquePointer?
        let code = libusb_open(pointer, &opened)
        guard code == 0, let opened else { return .failure(failure(code, "opened", request)) }
        var claimed: [UInt8] = []
        do throws(Failure) {
            try checkSerial(pointer, opened, request)
            libusb_set_auto_detach_kernel_driver(opened, 1)
            for number in request.claims where try claim(number, of: opened, request) {
                claimed.append(number)
            }
            if let line = request.line { try set(opened, request, line.coding) }
            let descriptor = request.line == nil ? try reportDescriptor(opened, request) : []
            return .success(LibUSBLine(request, opened, claimed, descriptor, time, handler))
        } catch {
            giveBack(claimed, of: opened)
            return .failure(error)
        }
    }

    /// Claims the interface; false where there is none of that number that anything could come from.
    private static func claim(
        _ number: UInt8, of handle: OpaquePointer, _ request: USBLineRequest
    ) throws(Failure) -> Bool {
        let code = libusb_claim_interface(handle, Int32(number))
        if code == 0 { return true }
        // Of an interface that is only held, descriptors of another configuration may speak.
        let isAbsent =
            code == LIBUSB_ERROR_NOT_FOUND.rawValue || code == LIBUSB_ERROR_INVALID_PARAM.rawValue
        guard isAbsent, !request.read.contains(number) else { throw failure(code, "claimed", request) }
        return false
    }

    /// Releases the interfaces in the other order and closes the device.
    ///
    /// Closing alone would release them too, but a kernel driver that was detached is put back only by this:
    /// of a serial line when its first interface is free.
    static func giveBack(_ claimed: [UInt8], of handle: OpaquePointer) {
        for number in claimed.reversed() { libusb_release_interface(handle, Int32(number)) }
        libusb_close(handle)
    }

    private static func checkSerial(
        _ pointer: OpaquePointer, _ handle: OpaquePointer, _ request: USBLineRequest
    ) throws(Failure) {
        guard let wanted = request.serial else { return }
        var device = libusb_device_descriptor()
        guard libusb_get_device_descriptor(pointer, &device) == 0, device.iSerialNumber != 0 else {
            throw Failure(end: .otherSerial(nil))
        }
        // A string descriptor holds 126 characters at most (USB 2.0, section 9.6.7).
        var text = [UInt8](repeating: 0, count: 128)
        let count = libusb_get_string_descriptor_ascii(handle, device.iSerialNumber, &text, Int32(text.count))
        guard count >= 0 else { throw failure(count, "asked for its serial number", request) }
        let serial = USBDevice.printable(text.prefix(Int(count)))
        guard serial == wanted else { throw Failure(end: .otherSerial(serial)) }
    }

    private static func reportDescriptor(
        _ handle: OpaquePointer, _ request: USBLineRequest
    ) throws(Failure) -> [UInt8] {
        let length = min(request.interface.reportDescriptorLength, HIDReportDescriptor.longest)
        guard length > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: length)
        // HID 1.11, section 7.1.1: GET_DESCRIPTOR (6) of the report descriptor (22), from the interface (81).
        let count = libusb_control_transfer(
            handle, 0x81, 0x06, 0x2200, UInt16(request.interface.number), &bytes, UInt16(length),
            controlTimeoutMilliseconds)
        guard count >= 0 else { throw failure(count, "asked for its report descriptor", request) }
        return Array(bytes.prefix(Int(count)))
    }

    /// Sets a serial line and raises DTR and RTS: many devices send nothing before.
    private static func set(
        _ handle: OpaquePointer, _ request: USBLineRequest, _ coding: CDCLineCoding
    ) throws(Failure) {
        var bytes = coding.bytes
        // USB CDC PSTN 1.2, section 6.3.10: SET_LINE_CODING (20), to the interface (21).
        let set = libusb_control_transfer(
            handle, 0x21, 0x20, 0, UInt16(request.interface.number), &bytes, UInt16(bytes.count),
            controlTimeoutMilliseconds)
        // A device without a UART may stall it: there is nothing to be set.
        guard set >= 0 || set == LIBUSB_ERROR_PIPE.rawValue else { throw failure(set, "set", request) }
        let raised = setControlLines(handle, request, areRaised: true)
        guard raised >= 0 || raised == LIBUSB_ERROR_PIPE.rawValue else {
            throw failure(raised, "set", request)
        }
    }

    /// Raises DTR and RTS, or drops them; returns libusb's answer.
    @discardableResult
    static func setControlLines(
        _ handle: OpaquePointer, _ request: USBLineRequest, areRaised: Bool
    ) -> Int32 {
        // USB CDC PSTN 1.2, section 6.3.12: SET_CONTROL_LINE_STATE (22); bit 0 is DTR, bit 1 is RTS.
        libusb_control_transfer(
            handle, 0x21, 0x22, areRaised ? 3 : 0, UInt16(request.interface.number), nil, 0,
            controlTimeoutMilliseconds)
    }

    static func failure(_ code: Int32, _ deed: String, _ request: USBLineRequest) -> Failure {
        if code == LIBUSB_ERROR_NO_DEVICE.rawValue { return Failure(end: .unplugged) }
        let remedy =
            switch code {
            case LIBUSB_ERROR_ACCESS.rawValue: "let this user open it: see plumbline doctor for the udev rule"
            case LIBUSB_ERROR_BUSY.rawValue: "end the other program that holds it"
            default: "plug it in again"
            }
        let what = "cannot be \(deed): \(USBWorker.text(code))"
        return Failure(end: .failed(TransportError(request.device.place, what, remedy: remedy)))
    }
}

extension USBLineRequest {
    /// Numbers of the interfaces to claim, in order; they are given back in the other.
    ///
    /// Beside those that are read, every HID of the device is held, so that nothing it types reaches a
    /// console: whether one is a keyboard is not always told by its descriptors.
    var claims: [UInt8] {
        let held = Set(device.interfaces.filter(\.isHID).map(\.number)).subtracting(read)
        return read + held.sorted()
    }

    /// Numbers of the interfaces that are read.
    var read: [UInt8] { [interface.number] + (line.map { [$0.data.number] } ?? []) }
}
