import Codecs
import Metrology
import Transports

/// Between what is said and heard, and the line.
extension TorqueMachine {
    mutating func send(
        _ request: OpenProtocolRequest, _ now: Int64, _ output: inout ByteLineOutput<Event>
    ) {
        // Where telegrams are numbered, this question acknowledges whatever waits for it.
        if link.isNumbered, request.mid == 64 { unacknowledged = [] }
        do throws(OpenProtocolError) {
            for heard in try link.say(request, at: now) { note(heard, &output) }
            lastSent = now
            if request.mid == 50 || request.mid == 150 { scanner.says(request.data, now) }
        } catch {
            hangUp(error.description, &output)
        }
    }

    /// Says that what the controller told by itself with MID `mid` was taken; nothing where no answer is due.
    mutating func acknowledge(event mid: Int, _ now: Int64, _ output: inout ByteLineOutput<Event>) {
        guard let request = OpenProtocolRequest.acknowledgement(ofEvent: mid) else { return }
        send(request, now, &output)
    }

    mutating func hear(_ heard: [TorqueLink.Heard], _ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        for piece in heard where output.hangUp == nil {
            if case .message(let message) = piece {
                take(message, stamp, &output)
            } else {
                note(piece, &output)
            }
        }
    }

    /// Tells what was no message.
    private mutating func note(_ piece: TorqueLink.Heard, _ output: inout ByteLineOutput<Event>) {
        switch piece {
        case .message: return
        case .noise(let what), .broken(let what):
            shown.status.errors += 1
            output.events.append(.tell(.irregular("\(setup.id): \(what)")))
            if case .broken = piece { hangUp(what, &output) }
        }
    }
}
