internal import Codecs
internal import Glibc
internal import Linux
internal import Metrology

/// What the engine does with sockets.
extension EngineLoop {
    /// Bytes that no one acknowledges for so long mean that the other end is dead, not silent.
    private static let unacknowledgedMilliseconds: Int32 = 10_000

    /// What became true of a line's socket; an event of an earlier socket of the line is passed over.
    mutating func meet(_ event: Epoll.Event) {
        let slot = Int(event.token & 0xFFFF_FFFF)
        guard let line = line(slot), line.generation == UInt32(event.token >> 32), let socket = line.socket
        else { return }
        if line.isConnecting {
            finishConnecting(line, slot: slot, socket)
        } else if event.isReadable || event.isHungUp {
            receive(line, slot: slot, socket)
        }
    }

    /// Begins to connect; a host that is a name is looked up on a thread of its own, which may take long.
    ///
    /// - Returns: what came of it; nil where it is under way.
    mutating func dial(_ line: TCPLine, slot: Int) -> LineMachine.Input? {
        line.generation &+= 1
        line.isConnecting = true
        line.framer.reset()
        guard let (host, port) = line.address.endpoint else { return openTTY(line, slot: slot) }
        if let address = SocketAddress(numericHost: host, port: port) {
            return connect(line, slot: slot, to: [address]).map { .openFailed($0) }
        }
        let (mailbox, generation) = (mailbox, line.generation)
        do throws(SystemCallError) {
            try SystemThread.detach(name: "name-look-up") {
                var addresses: [SocketAddress] = []
                var fault: String?
                do throws(SystemCallError) {
                    addresses = try SocketAddress.resolve(host: host, port: port)
                } catch {
                    fault = error.subject
                }
                _ = mailbox.post(
                    .resolved(slot: slot, generation: generation, addresses: addresses, fault: fault))
            }
            return nil
        } catch {
            line.isConnecting = false
            return .openFailed(error.description)
        }
    }

    /// Goes on with a dial whose host has been looked up.
    mutating func resolved(_ line: TCPLine, slot: Int, _ addresses: [SocketAddress], fault: String?) {
        if let fault = fault ?? connect(line, slot: slot, to: addresses) { fail(line, slot: slot, fault) }
    }

    /// - Returns: why it cannot be; nil where it is under way.
    private mutating func connect(_ line: TCPLine, slot: Int, to addresses: [SocketAddress]) -> String? {
        guard !addresses.isEmpty else { return "the host has no address" }
        // A host with several addresses is tried at each in turn, one a dial.
        let address = addresses[line.dials % addresses.count]
        line.dials &+= 1
        do throws(SystemCallError) {
            let socket = try TCPSocket.connect(
                to: address, unacknowledgedMilliseconds: Self.unacknowledgedMilliseconds)
            try epoll.watch(socket.number, token: token(line, slot), readable: false, writable: true)
            line.socket = socket.release()
            return nil
        } catch {
            line.isConnecting = false
            return error.reason
        }
    }

    func close(_ line: TCPLine) {
        line.isConnecting = false
        guard let socket = line.socket else { return }
        line.socket = nil
        epoll.forget(socket)
        if line.isTTY { SerialLine.discardAll(socket) }
        _ = Descriptor(owning: socket)
    }

    /// Sends what the replies of this wake-up gave rise to, one request behind the other. Sent between the
    /// replies, each would wake a device's server that has just gone to sleep.
    mutating func sendCollected() {
        isCollecting = false
        var start = 0
        for index in collected.indices {
            let request = collected[index]
            let bytes = collectedBytes[start..<request.end]
            start = request.end
            // The line may have been closed meanwhile, and its number may be that of another by now.
            guard let line = line(request.slot), line.generation == request.generation,
                let socket = line.socket
            else { continue }
            let code = TCPSocket.send(socket, bytes)
            if code != 0 {
                close(line)
                tell(line, slot: request.slot, .closed(Self.fault(code)), at: time.now())
            }
        }
        collected.removeAll(keepingCapacity: true)
        collectedBytes.removeAll(keepingCapacity: true)
    }

    // One short request at a time fills a send buffer only where the other end reads nothing.
    private static func fault(_ code: Int32) -> String {
        code == EAGAIN ? "the device takes no more bytes" : SystemCallError.reason(code)
    }

    /// - Returns: why the line is lost; nil where all is sent, or will be when the others are.
    mutating func send(_ transmission: LineMachine.Transmission, on line: TCPLine, slot: Int) -> String? {
        guard let socket = line.socket else { return "not connected" }
        // Whoever watches the traffic sees a request at the instant at which it leaves.
        if isCollecting, line.serial == nil, tap?.isWatched != true {
            MBAPFrame.append(
                transaction: transmission.transaction, unit: transmission.unit, pdu: transmission.pdu,
                to: &collectedBytes)
            collected.append((slot, line.generation, collectedBytes.count))
            return nil
        }
        sendBuffer.removeAll(keepingCapacity: true)
        if let bytes = line.serial?.begin(unit: transmission.unit, pdu: transmission.pdu) {
            sendBuffer = bytes
        } else {
            MBAPFrame.append(
                transaction: transmission.transaction, unit: transmission.unit, pdu: transmission.pdu,
                to: &sendBuffer)
        }
        if let tap, tap.isWatched {
            tap.show(
                LinkTraffic(link: line.name, direction: .sent, bytes: sendBuffer, stamp: time.now()))
        }
        let code =
            line.isTTY
            ? SerialLine.write(socket, sendBuffer) : TCPSocket.send(socket, sendBuffer[...])
        return code == 0 ? nil : Self.fault(code)
    }

    private mutating func finishConnecting(_ line: TCPLine, slot: Int, _ socket: Int32) {
        let code = TCPSocket.pendingError(socket)
        guard code == 0 else {
            fail(line, slot: slot, SystemCallError.reason(code))
            return
        }
        do throws(SystemCallError) {
            try epoll.watch(socket, token: token(line, slot))
            line.isConnecting = false
            tell(line, slot: slot, .opened, at: time.now())
        } catch {
            fail(line, slot: slot, error.reason)
        }
    }

    mutating func receive(_ line: TCPLine, slot: Int, _ socket: Int32) {
        let result =
            line.isTTY
            ? SerialLine.receive(socket, into: receiveBuffer)
            : TCPSocket.receive(socket, into: receiveBuffer)
        let now = time.now()
        switch result {
        case .nothing: return
        case .bytes(let count):
            let bytes = UnsafeRawBufferPointer(rebasing: receiveBuffer[..<count])
            if let tap, tap.isWatched {
                tap.show(
                    LinkTraffic(link: line.name, direction: .received, bytes: Array(bytes), stamp: now))
            }
            guard line.serial == nil else {
                takeSerial(bytes, line, slot: slot, at: now)
                return
            }
            if let frame = line.framer.wholeFrame(bytes, in: &wholePDU) {
                take(frame, line, slot: slot, at: now)
                return
            }
            line.framer.append(bytes)
            takeFrames(line, slot: slot, at: now)
        case .end:
            close(line)
            let why = line.isTTY ? "the tty has gone" : "the device closed the connection"
            tell(line, slot: slot, .closed(why), at: now)
        case .failed(let code):
            close(line)
            tell(line, slot: slot, .closed(SystemCallError.reason(code)), at: now)
        }
    }

    private mutating func takeFrames(_ line: TCPLine, slot: Int, at now: Stamp) {
        do throws(ModbusError) {
            while line.socket != nil, let frame = try line.framer.next() {
                take(frame, line, slot: slot, at: now)
            }
        } catch {
            tell(line, slot: slot, .brokenStream(error), at: now)
        }
    }

    private mutating func take(_ frame: MBAPFrame, _ line: TCPLine, slot: Int, at now: Stamp) {
        let input = LineMachine.Input.frame(
            transaction: frame.transaction, unit: frame.unit, pdu: frame.pdu)
        tell(line, slot: slot, input, at: now)
    }

    private mutating func fail(_ line: TCPLine, slot: Int, _ why: String) {
        close(line)
        tell(line, slot: slot, .openFailed(why), at: time.now())
    }

    func token(_ line: TCPLine, _ slot: Int) -> UInt64 {
        UInt64(line.generation) << 32 | UInt64(slot)
    }
}
