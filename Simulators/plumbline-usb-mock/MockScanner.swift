internal import CUMockdev
internal import Glibc
internal import Linux

/// A scanner that the kernel does not have: answers the usbfs calls of the command under test.
///
/// A hand acts in GLib's main loop, and umockdev asks from a thread of its own: whoever is at it holds
/// `turn`, but not while umockdev is told to plug or unplug, which may wait for its thread.
final class MockScanner {
    /// Reports that wait for the host; a person scans a few a minute.
    private static let mostWaitingReports = 1_024
    /// Bytes that are kept until they are asked for: far more than a test writes.
    private static let mostWritten = 65_536
    /// Where the device stands in sysfs: port 1 of bus 1.
    private static let path = "/devices/pci0000:00/0000:00:14.0/usb1/1-1"
    /// How long a reap that finds nothing is held back, unless something finishes. The mock's descriptors
    /// always poll as ready, so that without it libusb would never rest; while it is held, the host's thread
    /// waits, so it is short.
    private static let holdMilliseconds: UInt32 = 10

    private let turn = Lock()
    private var descriptors: MockDescriptors
    private let testbed: UnsafeMutablePointer<UMockdevTestbed>
    /// The device's number on its bus; counted on at each plug, as the kernel does.
    private var number = 1
    private var isPlugged = false
    private var waiting: [MockURB] = []
    private var done: [MockURB] = []
    private var reports: [(endpoint: UInt8, bytes: [UInt8])] = []
    private var held: MockHeldReap?
    private var interfaces: MockInterfaces
    private var clients = MockClients()
    /// The last SET_LINE_CODING and SET_CONTROL_LINE_STATE of a serial line.
    private var setting: (coding: [UInt8], state: UInt8) = ([], 0)

    init(
        _ descriptors: MockDescriptors, _ interfaces: MockInterfaces,
        testbed: UnsafeMutablePointer<UMockdevTestbed>
    ) {
        (self.descriptors, self.interfaces, self.testbed) = (descriptors, interfaces, testbed)
    }

    /// What the host wrote to the serial line since it was asked for last.
    private var written: [UInt8] = []
    /// Whether the serial line takes what the host writes; else it leaves it waiting.
    private var isListening = true
    /// How often the endpoint that takes what the host writes has yet to be told to go on.
    private var halts = 0

    /// Which interfaces are claimed, and which of them the kernel's driver holds.
    var holders: String { turn.withLock { interfaces.description } }

    /// How the serial line was set last.
    var line: (coding: [UInt8], state: UInt8) { turn.withLock { setting } }

    private var node: String { "/dev/bus/usb/001/\(String(String(1_000 + number).dropFirst()))" }

    // MARK: what a hand does

    /// Plugs the scanner in, or what `change` makes of it: another one of the same model, or one that was
    /// re-programmed.
    func plug(_ change: (inout MockDescriptors) -> Void = { _ in }) throws(MockError) {
        let description = try turn.withLock { () throws(MockError) in
            guard !isPlugged else { throw MockError("the scanner is plugged in already", exitCode: 70) }
            change(&descriptors)
            number = number % 126 + 1
            return descriptors.description(path: Self.path, number: number)
        }
        // The handler comes first: umockdev announces the device as soon as it is there.
        try attach()
        turn.withLock {
            isPlugged = true
            interfaces.reset(count: descriptors.mode.interfaceCount)
        }
        guard umockdev_testbed_add_from_string(testbed, description, nil) != 0 else {
            turn.withLock { isPlugged = false }
            umockdev_testbed_detach_ioctl(testbed, node, nil)
            throw MockError("umockdev refuses the device", exitCode: 70)
        }
    }

    private func attach() throws(MockError) {
        guard let base = umockdev_ioctl_base_new() else { throw MockError("no ioctl handler", exitCode: 70) }
        defer { g_object_unref(base) }
        typealias Handler =
            @convention(c) (
                OpaquePointer?, UnsafeMutablePointer<UMockdevIoctlClient>?, gpointer?
            ) -> gboolean
        let handler: Handler = { _, client, context in
            guard let client, let context else { return 0 }
            Unmanaged<MockScanner>.fromOpaque(context).takeUnretainedValue().answer(client)
            return 1
        }
        g_signal_connect_data(
            base, "handle-ioctl", unsafeBitCast(handler, to: GCallback.self),
            Unmanaged.passUnretained(self).toOpaque(), nil, GConnectFlags(rawValue: 0))
        typealias Vanished =
            @convention(c) (OpaquePointer?, UnsafeMutablePointer<UMockdevIoctlClient>?, gpointer?) -> Void
        let vanished: Vanished = { _, client, context in
            guard let client, let context else { return }
            let scanner = Unmanaged<MockScanner>.fromOpaque(context).takeUnretainedValue()
            scanner.turn.withLock { scanner.forget(client) }
        }
        g_signal_connect_data(
            base, "client-vanished", unsafeBitCast(vanished, to: GCallback.self),
            Unmanaged.passUnretained(self).toOpaque(), nil, GConnectFlags(rawValue: 0))
        guard umockdev_testbed_attach_ioctl(testbed, node, base, nil) != 0 else {
            throw MockError("umockdev does not take the ioctl handler", exitCode: 70)
        }
    }

    /// Pulls the plug: what the host waits for fails as with a device that has gone.
    func unplug() throws(MockError) {
        try turn.withLock { () throws(MockError) in
            guard isPlugged else { throw MockError("the scanner is not plugged in", exitCode: 70) }
            isPlugged = false
            (reports, written, halts) = ([], [], 0)
            for urb in waiting { finish(urb, status: -ESHUTDOWN, []) }
            waiting = []
            if let held { release(held) }
        }
        umockdev_testbed_uevent(testbed, "/sys\(Self.path)", "remove")
        umockdev_testbed_detach_ioctl(testbed, node, nil)
        umockdev_testbed_remove_device(testbed, "/sys\(Self.path)")
    }

    /// What the kernel does when a program's descriptor closes, however the program ended: it takes its
    /// transfers back and releases what it had claimed.
    private func forget(_ client: UnsafeMutablePointer<UMockdevIoctlClient>) {
        waiting.removeAll { $0.client == client }
        done.removeAll { $0.client == client }
        interfaces.releaseAll(of: client)
        clients.forget(client)
    }

    /// Sends a report or bytes from `endpoint`, as soon as the host asks for some.
    func send(_ report: [UInt8], from endpoint: UInt8) throws(MockError) {
        try turn.withLock { () throws(MockError) in
            guard isPlugged else { throw MockError("the scanner is not plugged in", exitCode: 70) }
            guard reports.count < Self.mostWaitingReports else {
                throw MockError("the host takes no reports", exitCode: 70)
            }
            reports.append((endpoint, report))
            deliver()
        }
    }

    private func deliver() {
        for endpoint in [MockMode.dataEndpoint, MockMode.notificationEndpoint] {
            while let index = waiting.firstIndex(where: { $0.endpoint == endpoint }),
                let next = reports.firstIndex(where: { $0.endpoint == endpoint })
            {
                finish(waiting.remove(at: index), status: 0, reports.remove(at: next).bytes)
            }
        }
    }

    /// What was written since this was asked last.
    func takeWritten() -> [UInt8] {
        turn.withLock {
            defer { written = [] }
            return written
        }
    }

    func listen(_ isListening: Bool) {
        turn.withLock {
            self.isListening = isListening
            hear()
        }
    }

    /// Halts the endpoint that takes what the host writes: it stalls until it was told so often to go on.
    func halt(times: Int) { turn.withLock { halts = times } }

    /// Tells an endpoint to go on, whose address `argument` leads to.
    private func goOn(_ argument: UnsafeMutablePointer<UMockdevIoctlData>) {
        guard let data = umockdev_ioctl_data_resolve(argument, 0, 4, nil) else { return }
        defer { umockdev_ioctl_data_unref(data) }
        if data.pointee.data[0] == MockMode.outputEndpoint { halts = max(0, halts - 1) }
    }

    /// Takes what the host writes to the serial line.
    private func hear() {
        while halts > 0,
            let index = waiting.firstIndex(where: { $0.endpoint == MockMode.outputEndpoint })
        {
            // EPIPE is how usbfs says that an endpoint stalled.
            finish(waiting.remove(at: index), status: -EPIPE, [])
        }
        while isListening,
            let index = waiting.firstIndex(where: { $0.endpoint == MockMode.outputEndpoint }),
            written.count < Self.mostWritten
        {
            let urb = waiting.remove(at: index)
            written += urb.sent
            urb.complete(taken: urb.sent.count)
            finish(urb)
        }
    }

    private func finish(_ urb: MockURB, status: Int32, _ bytes: [UInt8]) {
        urb.complete(status: status, bytes)
        finish(urb)
    }

    /// Hands `urb` back to the host.
    private func finish(_ urb: MockURB) {
        done.append(urb)
        if let held { release(held) }
    }

    // MARK: what the host asks

    private func answer(_ client: UnsafeMutablePointer<UMockdevIoctlClient>) {
        turn.withLock { answerInTurn(client) }
    }

    private func answerInTurn(_ client: UnsafeMutablePointer<UMockdevIoctlClient>) {
        clients.note(client)
        let request = MockRequest(umockdev_ioctl_client_get_request(client))
        guard let argument = umockdev_ioctl_client_get_arg(client) else {
            return umockdev_ioctl_client_complete(client, -1, EFAULT)
        }
        switch request.call {
        case .getCapabilities: answerCapabilities(client, argument, request)
        case .claim, .release, .disconnectClaim, .interfaceCall, .getDriver:
            let answer = hold(client, argument, request)
            umockdev_ioctl_client_complete(client, answer == 0 ? 0 : -1, answer)
        case .clearHalt, .reset:
            if request.call == .clearHalt { goOn(argument) }
            umockdev_ioctl_client_complete(client, isPlugged ? 0 : -1, isPlugged ? 0 : ENODEV)
        case .submit: submit(client, argument, request)
        case .discard: discard(client, argument)
        case .reap: reap(client, argument)
        case nil: umockdev_ioctl_client_complete(client, -1, ENOTTY)
        }
    }

    /// Claims, releases, detaches or puts a driver back; returns the error number, 0 for none.
    private func hold(
        _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>, _ request: MockRequest
    ) -> Int32 {
        guard isPlugged, let call = request.call else { return ENODEV }
        guard request.size >= 4, let data = umockdev_ioctl_data_resolve(argument, 0, request.size, nil)
        else { return EFAULT }
        defer { umockdev_ioctl_data_unref(data) }
        if call == .claim || call == .disconnectClaim {
            for ended in clients.ended(besides: client) { forget(ended) }
        }
        // The number of the interface comes first in each of these structures.
        return interfaces.answer(call, Int(data.pointee.data[0]), client)
    }

    private func answerCapabilities(
        _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>,
        _ request: MockRequest
    ) {
        // Zero packets, no packet size limit, reap after disconnect, mmap: what a kernel of today says.
        var capabilities: UInt32 = 0x1D
        guard let data = umockdev_ioctl_data_resolve(argument, 0, request.size, nil) else {
            return umockdev_ioctl_client_complete(client, -1, EFAULT)
        }
        withUnsafeMutableBytes(of: &capabilities) { bytes in
            umockdev_ioctl_data_update(data, 0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), 4)
        }
        umockdev_ioctl_client_complete(client, 0, 0)
        umockdev_ioctl_data_unref(data)
    }

    private func submit(
        _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>,
        _ request: MockRequest
    ) {
        guard isPlugged else { return umockdev_ioctl_client_complete(client, -1, ENODEV) }
        guard let data = umockdev_ioctl_data_resolve(argument, 0, request.size, nil),
            let urb = MockURB(data, of: client)
        else {
            return umockdev_ioctl_client_complete(client, -1, EFAULT)
        }
        if let setup = urb.setup {
            let answer = control(setup, urb.sent)
            // EPIPE is how usbfs says that the device stalled.
            finish(urb, status: answer == nil ? -EPIPE : 0, answer ?? [])
        } else {
            waiting.append(urb)
            deliver()
            hear()
        }
        umockdev_ioctl_client_complete(client, 0, 0)
    }

    /// What the device answers to a control request; nil where it stalls.
    private func control(_ setup: [UInt8], _ sent: [UInt8]) -> [UInt8]? {
        let length = Int(setup[6]) | Int(setup[7]) << 8
        switch (setup[0], setup[1]) {
        case (0x80, 6), (0x81, 6):  // GET_DESCRIPTOR of device or interface
            return descriptors.answer(type: setup[3], index: setup[2], interface: setup[4]).map {
                Array($0.prefix(length))
            }
        case (0x21, 0x20) where descriptors.mode == .cdc:
            setting.coding = sent
            return []
        case (0x21, 0x22) where descriptors.mode == .cdc:
            setting.state = setup[2]
            return []
        case (0x21, 0x0A), (0x21, 0x0B), (0x00, 9), (0x01, 11):  // SET_IDLE, SET_PROTOCOL, configuration
            return []
        default: return nil
        }
    }

    private func discard(
        _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>
    ) {
        let address = argument.pointee.data.withMemoryRebound(to: UInt.self, capacity: 1) { $0.pointee }
        guard let index = waiting.firstIndex(where: { $0.address == address }) else {
            return umockdev_ioctl_client_complete(client, -1, EINVAL)
        }
        finish(waiting.remove(at: index), status: -ENOENT, [])
        umockdev_ioctl_client_complete(client, 0, 0)
    }

    private func reap(
        _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>
    ) {
        if answerReap(client, argument) { return }
        let held = MockHeldReap(self, client, argument)
        self.held = held
        let callback: GSourceFunc = { context in
            guard let context else { return 0 }
            let held = Unmanaged<MockHeldReap>.fromOpaque(context).takeRetainedValue()
            held.scanner.turn.withLock { held.scanner.release(held) }
            return 0
        }
        g_timeout_add(Self.holdMilliseconds, callback, Unmanaged.passRetained(held).toOpaque())
    }

    /// Answers `held`, unless that has been done: with what has finished meanwhile, or with nothing.
    private func release(_ held: MockHeldReap) {
        guard self.held === held else { return }
        self.held = nil
        guard umockdev_ioctl_client_get_connected(held.client) != 0 else { return }
        if answerReap(held.client, held.argument) { return }
        umockdev_ioctl_client_complete(held.client, -1, isPlugged ? EAGAIN : ENODEV)
    }

    /// Hands a finished transfer to the host; false where there is none.
    private func answerReap(
        _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>
    ) -> Bool {
        guard !done.isEmpty,
            let slot = umockdev_ioctl_data_resolve(argument, 0, gsize(MemoryLayout<UInt>.size), nil)
        else { return false }
        let urb = done.removeFirst()
        umockdev_ioctl_data_set_ptr(slot, 0, urb.data)
        umockdev_ioctl_client_complete(client, 0, 0)
        umockdev_ioctl_data_unref(slot)
        return true
    }
}

/// A reap that found nothing and is answered a little later.
private final class MockHeldReap {
    let scanner: MockScanner
    let client: UnsafeMutablePointer<UMockdevIoctlClient>
    let argument: UnsafeMutablePointer<UMockdevIoctlData>

    init(
        _ scanner: MockScanner, _ client: UnsafeMutablePointer<UMockdevIoctlClient>,
        _ argument: UnsafeMutablePointer<UMockdevIoctlData>
    ) {
        (self.scanner, self.client, self.argument) = (scanner, client, argument)
        g_object_ref(client)
    }

    deinit { g_object_unref(client) }
}
