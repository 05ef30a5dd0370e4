internal import CUSB
internal import Linux
package import Metrology

/// The real USB, through libusb-1.0: one context, and one thread that alone touches its devices.
///
/// An interface is claimed exclusively: a kernel driver that holds it is detached, so that no keystroke of a
/// scanner reaches a console, and gets it back when the line closes. After a crash the kernel closes the
/// devices and releases the interfaces, so that they can be claimed again at once; the driver itself returns
/// when the scanner is plugged in again.
package final class LibUSBBus: USBBus {
    private let worker: USBWorker
    private let thread: Guarded<SystemThread?>

    /// Starts the bus. Throws `TransportError` where libusb cannot be used.
    package init(time: any TimeSource) throws(TransportError) {
        worker = try USBWorker(time: time)
        let worker = worker
        do throws(SystemCallError) {
            let thread = try SystemThread(name: "usb") {
                worker.run()
                worker.discard()
            }
            self.thread = Guarded(thread)
        } catch {
            worker.discard()
            throw TransportError("usb", "\(error)", remedy: "raise the limit of threads for this user")
        }
    }

    // The thread may be the one that lets go of the bus last: it ends by itself and is not waited for.
    deinit { worker.post(.stop) }

    /// Everything that is plugged in now; nothing is opened. Throws `TransportError` where libusb cannot be
    /// used.
    package static func devices(time: any TimeSource) throws(TransportError) -> [USBDevice] {
        let bus = try LibUSBBus(time: time)
        let found = Guarded<(devices: [USBDevice], failure: TransportError?)>(([], nil))
        let watch = bus.watch { event in
            found.withLock { found in
                switch event {
                case .arrived(let device): found.devices.append(device)
                case .left(let device): found.devices.removeAll { $0.id == device.id }
                case .failed(let error): found.failure = error
                }
            }
        }
        // Orders are followed in their order: when the bus has stopped, the watch has been told of all.
        bus.stop()
        watch.cancel()
        let (devices, failure) = found.withLock { $0 }
        if let failure { throw failure }
        return devices
    }

    package func watch(_ handler: @escaping @Sendable (USBBusEvent) -> Void) -> any USBWatch {
        let ticket = worker.nextTicket()
        worker.post(.watch(ticket, handler))
        return Ticket(worker: worker, number: ticket, isWatch: true)
    }

    package func open(
        _ request: USBLineRequest, _ handler: @escaping @Sendable (USBLineEvent) -> Void
    ) -> any USBLine {
        let ticket = worker.nextTicket()
        worker.post(.open(ticket, request, handler))
        return Ticket(worker: worker, number: ticket, isWatch: false)
    }

    /// Closes every line, gives all interfaces back and ends the thread; returns when that is done. Not to be
    /// called from a handler.
    package func stop() {
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let thread else { return }
        worker.post(.stop)
        thread.join()
    }

    private struct Ticket: USBWatch, USBLine {
        let worker: USBWorker
        let number: UInt64
        let isWatch: Bool

        func cancel() { worker.post(.unwatch(number)) }
        func send(_ bytes: [UInt8]) { worker.post(.send(number, bytes)) }
        func close() { worker.post(.close(number)) }
    }
}
