internal import CUSB
internal import Codecs
internal import Glibc
internal import Metrology

/// A claimed interface, or a serial line's two, with transfers under way; lives on the bus's thread alone.
final class LibUSBLine {
    /// Transfers that wait for reports at once, so that none is missed while another is worked on.
    private static let transfersUnderWay = 2
    let request: USBLineRequest
    private let handle: OpaquePointer
    private let claimed: [UInt8]
    private let time: any TimeSource
    private let handler: @Sendable (USBLineEvent) -> Void
    private let descriptor: [UInt8]
    private var transfers: [UnsafeMutablePointer<libusb_transfer>] = []
    private var underWay = 0
    /// The way to the device; nil where there is none.
    private let output: LibUSBOutput?
    private var end: USBLineEvent.End?

    init(
        _ request: USBLineRequest, _ handle: OpaquePointer, _ claimed: [UInt8], _ descriptor: [UInt8],
        _ time: any TimeSource, _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) {
        (self.request, self.handle, self.claimed, self.descriptor) = (request, handle, claimed, descriptor)
        (self.time, self.handler) = (time, handler)
        output = request.line?.data.bulkOut.map { LibUSBOutput(handle, endpoint: $0) }
        output?.lost = { [unowned self] in take($0) }
    }

    /// Whether the line has ended and nothing of it is under way any more.
    var isDone: Bool { end != nil && underWay == 0 && output?.isIdle != false }

    // MARK: sending

    /// Sends `bytes`; that they were not taken is said.
    func send(_ bytes: [UInt8]) {
        guard end == nil else { return }
        guard let output else { return handler(.unsent(reason: "it has no endpoint that takes bytes")) }
        output.send(bytes)
    }

    private func take(_ loss: LibUSBOutput.Loss) {
        guard end == nil else { return }
        switch loss {
        case .untaken(let reason): handler(.unsent(reason: reason))
        case .unplugged: end(.unplugged)
        }
    }

    // MARK: reading

    /// Says that the line is open, and sends the first transfers.
    func begin() {
        handler(.opened(reportDescriptor: descriptor))
        guard let endpoint = request.line?.data.bulkIn ?? request.interface.interruptIn else {
            let error = TransportError(
                request.device.place, "the interface sends nothing",
                remedy: "switch the scanner to another mode")
            return end(.failed(error))
        }
        let kind = request.line == nil ? LIBUSB_TRANSFER_TYPE_INTERRUPT : LIBUSB_TRANSFER_TYPE_BULK
        for _ in 0..<Self.transfersUnderWay where end == nil { submit(endpoint, kind, transferLength) }
        if request.line != nil, let control = request.interface.interruptIn, end == nil {
            submit(control, LIBUSB_TRANSFER_TYPE_INTERRUPT, notificationLength)
        }
    }

    /// A whole number of packets: of a HID as many as hold the longest report, so that each transfer brings
    /// one; of a serial line one, so that nothing waits for a transfer to fill.
    private var transferLength: Int {
        let packet = max(8, request.line?.data.packetSize ?? request.interface.packetSize)
        let longest = (try? HIDReportDescriptor(descriptor))?.longestInputReport ?? 0
        return max(1, (longest + packet - 1) / packet) * packet
    }

    /// SERIAL_STATE has ten bytes (USB PSTN 1.2, section 6.5.4). A packet that holds them ends its transfer
    /// by being short or by filling it: a longer transfer would wait for more.
    private var notificationLength: Int {
        let packet = max(1, request.interface.packetSize)
        return packet >= 10 ? packet : (10 + packet - 1) / packet * packet
    }

    private func submit(_ endpoint: UInt8, _ kind: libusb_transfer_type, _ length: Int) {
        guard let transfer = libusb_alloc_transfer(0) else {
            let error = TransportError(
                request.device.place, "there is no memory for a transfer", remedy: "free some")
            return end(.failed(error))
        }
        // Freed in `finish`, when nothing of the line is under way.
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: length)
        buffer.initialize(repeating: 0, count: length)
        libusb_fill_interrupt_transfer(
            transfer, handle, endpoint, buffer, Int32(length), Self.completed,
            Unmanaged.passUnretained(self).toOpaque(), 0)
        transfer.pointee.type = UInt8(truncatingIfNeeded: kind.rawValue)
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
            let bytes = Array(UnsafeBufferPointer(start: transfer.pointee.buffer, count: count))
            let isControl = request.line != nil && transfer.pointee.endpoint == request.interface.interruptIn
            handler(isControl ? .notification(bytes, stamp) : .report(bytes, stamp))
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
        output?.end()
    }

    /// Gives everything back and says the last word. Precondition: `isDone`.
    func finish() {
        for transfer in transfers {
            transfer.pointee.buffer?.deallocate()
            libusb_free_transfer(transfer)
        }
        transfers = []
        if request.line != nil, end == .closed {
            Self.setControlLines(handle, request, areRaised: false)
        }
        Self.giveBack(claimed, of: handle)
        handler(.ended(end ?? .closed))
    }
}
