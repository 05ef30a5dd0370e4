/// What faults do to each telegram on its way out.
extension TighteningController {
    /// Telegrams that nobody asked for, in a flood, behind each that was.
    private static let flood = 100
    /// The MID that stands in the place of the right one.
    private static let wrongMID = 5_555

    /// Puts `telegram` on the wire, with everything that the controller suffers from.
    mutating func transmit(_ telegram: Telegram, to client: Int, at now: ShopTime) {
        if telegram.mid == 61 || telegram.mid == 101, suffers.contains(where: { $0.kind == .lostResult }) {
            return lose(client, at: now)
        }
        if telegram.mid == Telegram.binaryMID, suffers.contains(where: { $0.kind == .lostCurve }) {
            return lose(client, at: now)
        }
        var wire = telegram.wire
        if telegram.mid == Telegram.binaryMID, settings.quirks.endsSamplesWithNUL { wire.append(0) }
        var due = now
        var (copies, dripping): (Int, ShopTime?) = (1, nil)
        for fault in suffers {
            switch fault.kind {
            case .silent: return
            case .delay: due = due + fault.lateness
            case .wrongMID: wire.replaceSubrange(4..<8, with: FieldWriter.digits(Self.wrongMID, 4))
            case .twice: copies = 2
            case .flood: copies = 1 + Self.flood
            case .nulInside: Self.putNUL(into: &wire)
            case .wrongLength: Self.lengthen(&wire)
            case .drip where !settings.isSerial: dripping = fault.lateness
            default: break
            }
        }
        if let dripping {
            for byte in wire {
                output(.send(client: client, [byte]), at: due, now: now)
                due = due + dripping
            }
            return
        }
        for _ in 0..<copies { output(.send(client: client, wire), at: due, now: now) }
    }

    /// A NUL in the middle of the data, where a blank or a digit would be; the length stays right.
    private static func putNUL(into wire: inout [UInt8]) {
        guard wire.count > Telegram.headerBytes + 2 else { return }
        wire[(Telegram.headerBytes + wire.count - 1) / 2] = 0
    }

    /// The length says 7 more than there is.
    private static func lengthen(_ wire: inout [UInt8]) {
        let length = FieldReader.number(wire[..<4]) ?? 0
        wire.replaceSubrange(0..<4, with: FieldWriter.digits(length + 7, 4))
    }

    /// A fault that happens once.
    mutating func strike(_ kind: FaultKind, at now: ShopTime) {
        switch kind {
        case .restart: restart(at: now)
        case .restartFromOne:
            nextID = 1
            (results, unacknowledged) = ([], [])
            restart(at: now)
        case .idJump: nextID = nextID &+ 1_000
        case .batteryLoss: clock.loseBattery(at: now)
        default: break
        }
    }
}
