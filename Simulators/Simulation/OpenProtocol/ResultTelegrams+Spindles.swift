/// Results of several spindles at once (R 2.16.0, section 5.12).
extension ResultTelegrams {
    /// 0101 in `revision`: 1–5, by tables 148 to 150.
    func spindles(_ result: Tightening, revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(result.spindles.count, 2)
        writer.text(result.identifier, 25)
        writer.number(result.job, 2)
        writer.number(result.pset, 3)
        writer.number(result.batchSize, 4)
        writer.number(result.batchCounter, 4)
        // The table knows no running batch: one that is not complete is 0.
        writer.number(result.batchStatus == .running ? 0 : result.batchStatus.rawValue, 1)
        writer.hundredths(result.target.torqueMin, 6)
        writer.hundredths(result.target.torqueMax, 6)
        writer.hundredths(result.target.torque, 6)
        for angle in [result.target.angleMin, result.target.angleMax, result.target.angle] {
            writer.number(angle, 5)
        }
        writer.text(result.psetChanged, 19)
        writer.text(result.time, 19)
        writer.number(syncID(result), 5)
        writer.number(result.isGood ? 1 : 0, 1)
        let each = result.spindles.enumerated().flatMap { spindle($1, number: $0 + 1, revision: revision) }
        writer.text(each, each.count)
        if revision >= 4 { writer.number(1, 3) }  // a normal tightening system
        if revision >= 5 { writer.number(result.job == 0 ? 0 : 1, 5) }
        return Telegram(101, revision: revision, data: writer.bytes)
    }

    /// The 18 bytes of a spindle. The channel is named by revision 4 and left blank in the table before it;
    /// it is sent in both, as the number of the spindle.
    private func spindle(_ result: SpindleResult, number: Int, revision: Int) -> [UInt8] {
        var writer = FieldWriter()
        writer.number(number, 2)
        writer.number(number, 2)
        writer.number(result.isGood ? 1 : 0, 1)
        // From revision 4 the torque's status is 0 or 1 too.
        let isTorqueGood = result.torqueStatus == .good
        writer.number(revision >= 4 ? (isTorqueGood ? 1 : 0) : result.torqueStatus.rawValue, 1)
        writer.number(result.torque, 6)
        writer.number(result.angleStatus == .good ? 1 : 0, 1)
        writer.number(result.angle, 5)
        return writer.bytes
    }

    /// 0091 by table 145: how each spindle ended.
    func spindleStatus(_ result: Tightening) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(result.spindles.count, 2)
        writer.number(syncID(result), 5)
        writer.text(result.time, 19)
        writer.number(result.isGood ? 1 : 0, 1)
        var each = FieldWriter()
        for (index, spindle) in result.spindles.enumerated() {
            each.number(index + 1, 2)
            each.number(index + 1, 2)
            each.number(spindle.isGood ? 1 : 0, 1)
        }
        writer.text(each.bytes, each.bytes.count)
        return Telegram(91, revision: 1, data: writer.bytes)
    }

    /// Five digits up to 65535, then 0 again.
    private func syncID(_ result: Tightening) -> Int { Int(UInt16(truncatingIfNeeded: sentID(result))) }
}
