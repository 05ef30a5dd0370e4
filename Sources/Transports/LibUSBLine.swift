internal import CUSB
internal import Codecs
internal import Glibc
internal import Metrology

/// A claimed interface with interrupt transfers under way; lives on the bus's thread alone.
final class LibUSBLine {
    /// Why a line could not be opened.
    struct Failure: Error {
        let end: USBLineEvent.End
    }

    /// Transfers that wait for reports at once, so that none is missed while another is worked on.
    private static let transfersUnderWay = 2
    /// How long a device may take to hand out a descriptor (USB 2.0, section 9.2.6.4: 500 ms to the last
    /// packet, doubled).
    private static let controlTimeoutMilliseconds: UInt32 = 1_000

    let request: USBLineRequest
    private let handle: OpaquePointer
    private let time: any TimeSource
    private let handler: @Sendable (USBLineEvent) -> Void
    private let descriptor: [UInt8]
    private var transfers: [UnsafeMutablePointer<libusb_transfer>] = []
    private var underWay = 0
    private var end: USBLineEvent.End?

    private init(
        _ request: USBLineRequest, _ handle: OpaquePointer, _ descriptor: [UInt8], _ time: any TimeSource,
        _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) {
        (self.request, self.handle, self.descriptor) = (request, handle, descriptor)
        (self.time, self.handler) = (time, handler)
    }

    /// Whether the line has ended and nothing of it is under way any more.
    var isDone: Bool { end != nil && underWay == 0 }

    // MARK: opening

    /// Opens the device, checks its serial number, claims the interface and fetches its report descriptor.
    static func open(
        _ pointer: OpaquePointer, _ request: USBLineRequest, _ time: any TimeSource,
        _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) -> Result<LibUSBLine, Failure> {
        var opened: OpaquePointer?
        let code = libusb_open(pointer, &opened)
        guard code == 0, let opened else { return .failure(failure(code, "opened", request)) }
        do throws(Failure) {
            try checkSerial(pointer, opened, request)
            libusb_set_auto_detach_kernel_driver(opened, 1)
            let claimed = libusb_claim_interface(opened, Int32(request.interface.number))
            guard claimed == 0 else { throw failure(claimed, "claimed", request) }
            let descriptor = try reportDescriptor(opened, request)
            return .success(LibUSBLine(request, opened, descriptor, time, handler))
        } catch {
            libusb_close(opened)
            return .failure(error)
        }
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
        // What comes from a device goes into messages: printable characters only.
        let serial = text.prefix(Int(count)).map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        guard serial.elementsEqual(wanted.utf8) else {
            throw Failure(end: .otherSerial(String(decoding: serial, as: UTF8.self)))
        }
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

    private static func failure(_ code: Int32, _ deed: String, _ request: USBLineRequest) -> Failure {
        if code == LIBUSB_ERROR_NO_DEVICE.rawValue { return Failure(end: .unplugged) }
        let remedy =
            switch code {
            case LIBUSB_ERROR_ACCESS.rawValue: "let this user open it: a udev rule, or the group of the rule"
            case LIBUSB_ERROR_BUSY.rawValue: "end the other program that holds it"
            default: "plug it in again"
            }
        let what = "cannot be \(deed): \(USBWorker.text(code))"
        return Failure(end: .failed(TransportError(request.device.place, what, remedy: remedy)))
    }

    // MARK: reading

    /// Says that the line is open, and sends the first transfers.
    func begin() {
        handler(.opened(reportDescriptor: descriptor))
        guard let endpoint = request.interface.interruptIn else {
            let error = TransportError(
                request.device.place, "the interface sends no reports",
                remedy: "switch the scanner to HID POS")
            return end(.failed(error))
        }
        for _ in 0..<Self.transfersUnderWay where end == nil { submit(endpoint) }
    }

    /// A whole number of packets that holds the longest report, so that each transfer brings one report.
    private var transferLength: Int {
        let longest = (try? HIDReportDescriptor(descriptor))?.longestInputReport ?? 0
        let packet = max(8, request.interface.packetSize)
        return max(1, (longest + packet - 1) / packet) * packet
    }

    private func submit(_ endpoint: UInt8) {
        let length = transferLength
        guard let transfer = libusb_alloc_transfer(0) else { return }
        // Freed in `finish`, when nothing of the line is under way.
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: length)
        buffer.initialize(repeating: 0, count: length)
        libusb_fill_interrupt_transfer(
            transfer, handle, endpoint, buffer, Int32(length), Self.completed,
            Unmanaged.passUnretained(self).toOpaque(), 0)
        transfers.append(transfer)
        send(transfer)
    }

    private func send(_ transfer: UnsafeMutablePointer<libusb_transfer>) {
        let code = libusb_submit_transfer(transfer)
        guard code == 0 else { return end(Self.failure(code, "read", request).end) }
        underWay += 1
    }

    /// The line itself is kept alive by the bus until nothing is under way.
    private static let completed: libusb_transfer_cb_fn = { transfer in
        guard let transfer, let context = transfer.pointee.user_data else { return }
        Unmanaged<LibUSBLine>.fromOpaque(context).takeUnretainedValue().take(transfer)
    }

    private func take(_ transfer: UnsafeMutablePointer<libusb_transfer>) {
        let stamp = time.now()
        underWay -= 1
        switch transfer.pointee.status {
        case LIBUSB_TRANSFER_COMPLETED:
            guard end == nil else { return }
            let count = max(0, min(Int(transfer.pointee.actual_length), Int(transfer.pointee.length)))
            handler(.report(Array(UnsafeBufferPointer(start: transfer.pointee.buffer, count: count)), stamp))
            send(transfer)
        case LIBUSB_TRANSFER_CANCELLED: break
        case LIBUSB_TRANSFER_NO_DEVICE: end(.unplugged)
        default:
            let error = TransportError(
                request.device.place, "a transfer failed with status \(transfer.pointee.status.rawValue)",
                remedy: "it is opened again by itself; if this repeats, change cable or port")
            end(.failed(error))
        }
    }

    /// Ends the line, unless it is ending already; it is done when its transfers have come back.
    func end(_ reason: USBLineEvent.End) {
        guard end == nil else { return }
        end = reason
        for transfer in transfers { libusb_cancel_transfer(transfer) }
    }

    /// Gives everything back and says the last word. Precondition: `isDone`.
    func finish() {
        for transfer in transfers {
            transfer.pointee.buffer?.deallocate()
            libusb_free_transfer(transfer)
        }
        transfers = []
        libusb_release_interface(handle, Int32(request.interface.number))
        libusb_close(handle)
        handler(.ended(end ?? .closed))
    }
}
