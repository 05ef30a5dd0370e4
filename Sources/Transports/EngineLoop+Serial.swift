internal import Codecs
internal import Linux
internal import Metrology

/// What the engine does with lines whose frames carry no transaction numbers, and with ttys.
extension EngineLoop {
    /// Opens a line's tty, and says what came of it.
    func openTTY(_ line: TCPLine, slot: Int) -> LineMachine.Input {
        line.isConnecting = false
        guard case .modbusASCII(let settings, _) = line.address else { return .openFailed("this is no tty") }
        do throws(TransportError) {
            let number = try SerialLine(settings).release()
            line.socket = number
            do throws(SystemCallError) {
                try epoll.watch(number, token: token(line, slot))
            } catch {
                close(line)
                return .openFailed(error.reason)
            }
            return .opened
        } catch {
            return .openFailed(error.what)
        }
    }

    /// Bytes of a line that knows by time alone what they answer: those that no one waits for are noise.
    mutating func takeSerial(_ bytes: UnsafeRawBufferPointer, _ line: TCPLine, slot: Int, at now: Stamp) {
        guard line.owner.machine.isWaitingForReply else {
            tell(line, slot: slot, .noise, at: now)
            return
        }
        do throws(ModbusError) {
            try line.serial?.append(bytes)
            while line.owner.machine.isWaitingForReply, let frame = try line.serial?.next() {
                let input = LineMachine.Input.frame(transaction: nil, unit: frame.unit, pdu: frame.pdu)
                tell(line, slot: slot, input, at: now)
            }
        } catch {
            line.serial?.reset()
            tell(line, slot: slot, .brokenFrame(error), at: now)
        }
    }

    /// A request must never find bytes that came before it: they would be taken for its answer.
    mutating func discardUnread(_ line: TCPLine, slot: Int) {
        guard line.serial != nil, !line.isConnecting, let socket = line.socket,
            !line.owner.machine.isWaitingForReply, Descriptor.hasUnread(socket)
        else { return }
        receive(line, slot: slot, socket)
    }
}
