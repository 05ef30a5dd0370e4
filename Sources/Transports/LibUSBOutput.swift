internal import CUSB

/// The way to a serial device, its bulk endpoint: one transfer at a time, each with a deadline, so that a
/// device that takes no bytes holds nothing up. Lives on the bus's thread alone.
final class LibUSBOutput {
    /// What became of bytes that the device did not take.
    enum Loss {
        case untaken(reason: String)
        /// The device is no longer there.
        case unplugged
    }

    /// A device that listens takes bytes within some frames of 1 ms (USB 2.0, section 5.8.4); a scanner
    /// waits for an answer 10 s at most (Honeywell, host acknowledgement).
    private static let patienceMilliseconds: UInt32 = 1_000

    private let handle: OpaquePointer
    private let endpoint: UInt8
    private var transfer: UnsafeMutablePointer<libusb_transfer>?
    /// What is under way, and whether it is for the second time.
    private var (sending, isRepeated): ([UInt8], Bool) = ([], false)
    /// What is sent when the transfer that is under way has been taken back.
    private var next: [UInt8]?
    private var hasEnded = false
    /// Called, on the bus's thread, for bytes that were not taken.
    var lost: (Loss) -> Void = { _ in }

    init(_ handle: OpaquePointer, endpoint: UInt8) { (self.handle, self.endpoint) = (handle, endpoint) }

    /// Whether nothing is under way.
    var isIdle: Bool { transfer == nil }

    /// Sends `bytes`; those that are still on their way are taken back, for they are out of date.
    func send(_ bytes: [UInt8]) {
        guard !hasEnded, !bytes.isEmpty else { return }
        guard let transfer else { return submit(bytes, isRepeated: false) }
        next = bytes
        libusb_cancel_transfer(transfer)
    }

    /// Sends nothing more, and takes back what is under way.
    func end() {
        (hasEnded, next) = (true, nil)
        if let transfer { libusb_cancel_transfer(transfer) }
    }

    private func submit(_ bytes: [UInt8], isRepeated: Bool) {
        guard let transfer = libusb_alloc_transfer(0) else {
            return lost(.untaken(reason: "there is no memory for a transfer"))
        }
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: bytes.count)
        buffer.initialize(from: bytes, count: bytes.count)
        libusb_fill_bulk_transfer(
            transfer, handle, endpoint, buffer, Int32(clamping: bytes.count), Self.completed,
            Unmanaged.passUnretained(self).toOpaque(), Self.patienceMilliseconds)
        let code = libusb_submit_transfer(transfer)
        guard code == 0 else {
            Self.free(transfer)
            let isGone = code == LIBUSB_ERROR_NO_DEVICE.rawValue
            return lost(isGone ? .unplugged : .untaken(reason: USBWorker.text(code)))
        }
        (self.transfer, sending, self.isRepeated) = (transfer, bytes, isRepeated)
    }

    /// The line keeps this alive until nothing is under way.
    private static let completed: libusb_transfer_cb_fn = { transfer in
        guard let transfer, let context = transfer.pointee.user_data else { return }
        Unmanaged<LibUSBOutput>.fromOpaque(context).takeUnretainedValue().take(transfer)
    }

    private func take(_ done: UnsafeMutablePointer<libusb_transfer>) {
        let (status, taken, count) = (done.pointee.status, done.pointee.actual_length, done.pointee.length)
        Self.free(done)
        transfer = nil
        switch status {
        case LIBUSB_TRANSFER_COMPLETED:
            if taken < count { lost(.untaken(reason: "it took \(taken) of \(count) bytes")) }
        case LIBUSB_TRANSFER_NO_DEVICE: lost(.unplugged)
        case LIBUSB_TRANSFER_TIMED_OUT:
            let patience = "\(Self.patienceMilliseconds) ms"
            lost(.untaken(reason: "it took \(taken) of \(count) bytes within \(patience)"))
        case LIBUSB_TRANSFER_CANCELLED:
            lost(.untaken(reason: Self.outdated))
        case LIBUSB_TRANSFER_STALL: stalled(after: Int(max(0, taken)))
        default: lost(.untaken(reason: "a transfer failed with status \(status.rawValue)"))
        }
        if let bytes = next {
            next = nil
            send(bytes)
        }
    }

    /// An endpoint that has halted takes nothing until it is told to go on (USB 2.0, section 9.4.5): it is
    /// told so, and gets what it did not take once more.
    private func stalled(after taken: Int) {
        // One call of the kernel, which waits for no transfer and so may be made in a transfer's callback.
        let code = libusb_clear_halt(handle, endpoint)
        if code == LIBUSB_ERROR_NO_DEVICE.rawValue { return lost(.unplugged) }
        guard code == 0, !isRepeated else {
            return lost(.untaken(reason: "it refuses all bytes: plug it in again"))
        }
        guard next == nil, !hasEnded else { return lost(.untaken(reason: Self.outdated)) }
        submit(Array(sending.dropFirst(taken)), isRepeated: true)
    }

    private static let outdated = "it had not taken the answer when the next one came"

    private static func free(_ transfer: UnsafeMutablePointer<libusb_transfer>) {
        transfer.pointee.buffer?.deallocate()
        libusb_free_transfer(transfer)
    }
}
