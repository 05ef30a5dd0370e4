internal import CUSB
internal import Glibc
internal import Linux
internal import Metrology

/// The thread of a `LibUSBBus`: handles libusb's events and does what is posted to it.
final class USBWorker: @unchecked Sendable {
    // Safety: `mailbox` and `tickets` have their own locks; `context` is set once and used by other threads
    // only while `mailbox` is open, under its lock; all else is touched only by the thread that runs `run()`.

    enum Order {
        case watch(UInt64, @Sendable (USBBusEvent) -> Void)
        case unwatch(UInt64)
        case open(UInt64, USBLineRequest, @Sendable (USBLineEvent) -> Void)
        case send(UInt64, [UInt8])
        case close(UInt64)
        case stop
    }

    /// What is posted to the thread; closed once the context is gone.
    private struct Mailbox {
        var orders: [Order] = []
        var isOpen = true
    }

    /// Devices that are kept track of; USB addresses are seven bits, and no machine here has eight buses.
    private static let mostDevices = 1_024
    /// How long one wait for events lasts; anything that happens ends it earlier.
    private static let longestWaitSeconds = 60

    let time: any TimeSource
    private let context: OpaquePointer
    private let mailbox = Guarded(Mailbox())
    private let tickets = Guarded<UInt64>(0)

    private var isStopping = false
    /// Why the bus as a whole does not work now; nil while it does.
    private var failure: TransportError?
    /// Why nobody tells what is plugged in; nil where somebody does.
    private var unheard: TransportError?
    private var watches: [(number: UInt64, handler: @Sendable (USBBusEvent) -> Void)] = []
    private var devices: [(pointer: OpaquePointer, device: USBDevice)] = []
    private var lines: [UInt64: LibUSBLine] = [:]
    /// What libusb has told of devices and has not been worked off: no device may be opened in its callback.
    private var changes: [(pointer: OpaquePointer, hasArrived: Bool)] = []
    private var lastDevice: UInt64 = 0

    init(time: any TimeSource) throws(TransportError) {
        var context: OpaquePointer?
        let code = libusb_init(&context)
        guard code == 0, let context else {
            throw TransportError(
                "usb", "libusb does not start: \(Self.text(code))", remedy: "see plumbline doctor")
        }
        (self.time, self.context) = (time, context)
    }

    /// Frees the context when nothing of it is used any more: the thread's last act, or where none was
    /// started.
    func discard() {
        let unheard = mailbox.withLock { mailbox in
            mailbox.isOpen = false
            libusb_exit(context)
            defer { mailbox.orders = [] }
            return mailbox.orders
        }
        for order in unheard { decline(order) }
    }

    /// Says the last word of a line that was asked for too late.
    private func decline(_ order: Order) {
        if case .open(_, _, let handler) = order { handler(.ended(.closed)) }
    }

    static func text(_ code: Int32) -> String { String(cString: libusb_strerror(code)) }

    func nextTicket() -> UInt64 {
        tickets.withLock { last in
            last += 1
            return last
        }
    }

    /// Hands `order` to the thread, in order.
    func post(_ order: Order) {
        let isTaken = mailbox.withLock { mailbox in
            guard mailbox.isOpen else { return false }
            mailbox.orders.append(order)
            libusb_interrupt_event_handler(context)
            return true
        }
        if !isTaken { decline(order) }
    }

    // MARK: the thread

    func run() {
        listen()
        while !isStopping || !lines.isEmpty {
            var wait = timeval(tv_sec: Self.longestWaitSeconds, tv_usec: 0)
            let code = libusb_handle_events_timeout_completed(context, &wait, nil)
            check(code)
            workOff()
        }
        for (pointer, _) in devices { libusb_unref_device(pointer) }
        devices = []
        watches = []
    }

    private func listen() {
        let events =
            Int32(LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue)
            | Int32(LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue)
        let code = libusb_hotplug_register_callback(
            context, events, Int32(LIBUSB_HOTPLUG_ENUMERATE.rawValue), LIBUSB_HOTPLUG_MATCH_ANY,
            LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, Self.changed,
            Unmanaged.passUnretained(self).toOpaque(), nil)
        if code != 0 {
            unheard = TransportError(
                "usb", "plugging is not told: \(Self.text(code))", remedy: "see plumbline doctor")
        }
        workOff()
    }

    private static let changed: libusb_hotplug_callback_fn = { _, pointer, event, context in
        guard let pointer, let context else { return 0 }
        let worker = Unmanaged<USBWorker>.fromOpaque(context).takeUnretainedValue()
        let hasArrived = event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED
        libusb_ref_device(pointer)
        worker.changes.append((pointer, hasArrived))
        return 0
    }

    /// Reports a failure of the bus once, also to those who watch it later, and keeps a failing bus from
    /// spinning.
    private func check(_ code: Int32) {
        let hasFailed =
            code < 0 && code != LIBUSB_ERROR_INTERRUPTED.rawValue && code != LIBUSB_ERROR_TIMEOUT.rawValue
        guard hasFailed else {
            failure = nil
            return
        }
        if failure == nil {
            let error = TransportError(
                "usb", "the bus does not answer: \(Self.text(code))", remedy: "see plumbline doctor")
            failure = error
            tell(.failed(error))
        }
        poll(nil, 0, 100)
    }

    /// Does what has been put off: closed lines, devices that came and went, orders.
    private func workOff() {
        finishLines()
        while !changes.isEmpty {
            let (pointer, hasArrived) = changes.removeFirst()
            if hasArrived { add(pointer) } else { remove(pointer) }
            libusb_unref_device(pointer)
        }
        let orders = mailbox.withLock { mailbox in
            defer { mailbox.orders = [] }
            return mailbox.orders
        }
        for order in orders { follow(order) }
        finishLines()
    }

    private func finishLines() {
        for (number, line) in lines where line.isDone {
            lines[number] = nil
            line.finish()
        }
    }

    private func follow(_ order: Order) {
        switch order {
        case .watch(let number, let handler):
            watches.append((number, handler))
            for (_, device) in devices { handler(.arrived(device)) }
            for failure in [unheard, failure].compactMap(\.self) { handler(.failed(failure)) }
        case .unwatch(let number): watches.removeAll { $0.number == number }
        case .open(let number, let request, let handler): open(number, request, handler)
        case .send(let number, let bytes): lines[number]?.send(bytes)
        case .close(let number): lines[number]?.end(.closed)
        case .stop:
            isStopping = true
            watches = []
            for line in lines.values { line.end(.closed) }
        }
    }

    // MARK: devices and lines

    private func tell(_ event: USBBusEvent) {
        for watch in watches { watch.handler(event) }
    }

    private func add(_ pointer: OpaquePointer) {
        guard !devices.contains(where: { $0.pointer == pointer }) else { return }
        guard devices.count < Self.mostDevices else {
            let what = "more than \(Self.mostDevices) devices are plugged in, and some are not looked at"
            return tell(.failed(TransportError("usb", what, remedy: "unplug some")))
        }
        lastDevice += 1
        guard let device = USBDevice(pointer, id: lastDevice) else { return }
        libusb_ref_device(pointer)
        devices.append((pointer, device))
        tell(.arrived(device))
    }

    private func remove(_ pointer: OpaquePointer) {
        guard let index = devices.firstIndex(where: { $0.pointer == pointer }) else { return }
        let (_, device) = devices.remove(at: index)
        for line in lines.values where line.request.device.id == device.id { line.end(.unplugged) }
        tell(.left(device))
        libusb_unref_device(pointer)
    }

    private func open(
        _ number: UInt64, _ request: USBLineRequest, _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) {
        guard !isStopping else { return handler(.ended(.closed)) }
        guard let pointer = devices.first(where: { $0.device.id == request.device.id })?.pointer else {
            return handler(.ended(.unplugged))
        }
        switch LibUSBLine.open(pointer, request, time, handler) {
        case .failure(let failure): handler(.ended(failure.end))
        case .success(let line):
            lines[number] = line
            line.begin()
        }
    }
}
