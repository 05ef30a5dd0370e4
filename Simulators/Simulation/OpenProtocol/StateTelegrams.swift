/// Writes what a controller tells of itself, by the byte tables of R 2.16.0, chapter 5.
enum StateTelegrams {
    /// 0015, by tables 35 and 36. The second table gives byte 111 to two fields and the last one a byte too
    /// many; widths are taken as they are named.
    static func parameterSet(
        _ number: Int, changed: String, target: TighteningTarget, batch: Int, revision: Int
    ) -> Telegram {
        guard revision >= 2 else {
            return Telegram(
                15, revision: 1, data: FieldWriter.digits(number, 3) + Array(changed.utf8))
        }
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(number, 3)
        writer.text("PSET \(number)", 25)
        writer.text(changed, 19)
        limits(target, batch: batch, &writer)
        writer.hundredths(0, 6)
        writer.hundredths(0, 6)
        return Telegram(15, revision: 2, data: writer.bytes)
    }

    /// 0013, by tables 31 and 32.
    static func parameterSetValues(
        _ number: Int, target: TighteningTarget, batch: Int, revision: Int
    ) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(number, 3)
        writer.text("PSET \(number)", 25)
        limits(target, batch: batch, &writer)
        if revision >= 2 {
            writer.hundredths(0, 6)
            writer.hundredths(0, 6)
        }
        return Telegram(13, revision: revision, data: writer.bytes)
    }

    /// Direction, batch, torque and angle: eight fields that 0013 and 0015 share.
    private static func limits(_ target: TighteningTarget, batch: Int, _ writer: inout FieldWriter) {
        writer.number(1, 1)  // clockwise
        writer.number(min(batch, 99), 2)
        writer.hundredths(target.torqueMin, 6)
        writer.hundredths(target.torqueMax, 6)
        writer.hundredths(target.torque, 6)
        for angle in [target.angleMin, target.angleMax, target.angle] { writer.number(angle, 5) }
    }

    /// 0011 and 0031: how many there are, then each; `width` digits a number.
    static func list(_ mid: Int, count: Int, width: Int, revision: Int) -> Telegram {
        let numbers = (count > 0 ? Array(1...count) : []).flatMap { FieldWriter.digits($0, width) }
        return Telegram(mid, revision: revision, data: FieldWriter.digits(count, width) + numbers)
    }

    /// 0033 in revision 1 or 2, by table 59: job `number` runs one parameter set.
    static func job(_ number: Int, batch: Int, revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(number, revision == 1 ? 2 : 4)
        writer.text("JOB \(number)", 25)
        writer.number(0, 1)
        writer.number(0, 4)
        writer.number(0, 5)
        for _ in 0..<6 { writer.number(0, 1) }
        writer.number(1, 2)
        let set = String(decoding: FieldWriter.digits(number, 3), as: UTF8.self)
        let size = String(decoding: FieldWriter.digits(min(batch, 99), 2), as: UTF8.self)
        writer.text("01:\(set):1:\(size);", 12)
        return Telegram(33, revision: revision, data: writer.bytes)
    }

    /// 0035, by tables 64 to 67.
    static func jobInfo(
        _ number: Int, isDone: Bool, size: Int, counter: Int, time: String, revision: Int
    ) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(number, revision == 1 ? 2 : 4)
        writer.number(isDone ? 1 : 0, 1)
        writer.number(0, 1)
        writer.number(size, 4)
        writer.number(counter, 4)
        writer.text(time, 19)
        if revision >= 3 {
            writer.number(1, 3)
            writer.number(1, 3)
            writer.number(1, 2)
        }
        return Telegram(35, revision: revision, data: writer.bytes)
    }

    /// 0041 in revisions 1 to 5, by tables 74 to 78.
    static func tool(
        serial: String, tightenings: Int, calibrated: String, torque: Double, revision: Int
    ) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.text(serial, 14)
        writer.number(tightenings, 10)
        writer.text(calibrated, 19)
        writer.text("0000000001", 10)
        if revision >= 2 {
            writer.hundredths(torque * 1.5, 6)
            writer.text(calibrated, 19)
            writer.number(tightenings, 10)
            writer.number(1, 2)
            writer.number(0, 2)
            writer.number(0, 3)
            writer.text("SIM 1.0", 19)
        }
        if revision >= 3 {
            writer.hundredths(torque * 2, 6)
            writer.hundredths(14, 6)
            writer.hundredths(900, 6)
        }
        if revision >= 4 { writer.number(1, 2) }
        if revision >= 5 { writer.text("SIM-TOOL", 12) }
        return Telegram(41, revision: revision, data: writer.bytes)
    }

    // MARK: Alarms

    /// 0071, by tables 133 to 135; as in its example controller and tool are ready all the same. The last
    /// table gives 51 bytes to a text of 50 characters: it has 50 here. Release 2.8 had it in revision 2
    /// already, as field 05.
    static func alarm(_ code: String, time: String, revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.text(code, revision == 1 ? 4 : 5)
        writer.number(1, 1)
        writer.number(1, 1)
        writer.text(time, 19)
        if revision >= 3 {
            writer.number(0, 1)
            writer.text("ALARM \(code)", 50)
        }
        return Telegram(71, revision: revision, data: writer.bytes)
    }

    /// 0074, by tables 136 and 137: acknowledged by hand.
    static func alarmAcknowledged(_ code: String, revision: Int) -> Telegram {
        var writer = FieldWriter()
        writer.text(code, revision == 1 ? 4 : 5)
        return Telegram(74, revision: min(revision, 2), data: writer.bytes)
    }

    /// 0076, by tables 138 to 140; without an alarm its code is blank.
    static func alarmStatus(_ code: String?, time: String, revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(code == nil ? 0 : 1, 1)
        writer.text(code ?? "", revision == 1 ? 4 : 5)
        writer.number(1, 1)
        writer.number(1, 1)
        writer.text(time, 19)
        if revision >= 3 { writer.number(0, 1) }
        return Telegram(76, revision: revision, data: writer.bytes)
    }

    // MARK: Identifiers

    /// 0052, by tables 96 and 97.
    static func identifier(_ identifier: [UInt8], revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: revision >= 2 ? 1 : nil)
        for part in 0..<(revision >= 2 ? 4 : 1) {
            writer.text(Array(identifier.dropFirst(25 * part).prefix(25)), 25)
        }
        return Telegram(52, revision: revision, data: writer.bytes)
    }

    /// 0152, by table 167. That numbers its fourth field 03 again; an example frame has 04, as it is here.
    static func identifiers(_ identifier: [UInt8]) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        for part in 0..<4 {
            let text = Array(identifier.dropFirst(25 * part).prefix(25))
            var status = FieldWriter()
            status.number(part + 1, 1)
            status.number(text.isEmpty ? 0 : 1, 2)
            status.number(text.isEmpty ? 5 : 1, 2)
            status.text(text, 25)
            writer.text(status.bytes, 30)
        }
        return Telegram(152, revision: 1, data: writer.bytes)
    }
}
