/// Results of before, by the byte tables of 0065 (R 2.16.0, tables 112 to 118).
extension ResultTelegrams {
    /// 0065 in `revision`: 1–7.
    func old(_ result: Tightening, revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(Int(result.id), 10)
        writer.text(result.identifier, 25)
        if revision == 1 { oldFirst(result, &writer) } else { oldLater(result, revision, &writer) }
        return Telegram(65, revision: revision, data: writer.bytes)
    }

    /// Fields 03 to 11 of table 112: no limits.
    private func oldFirst(_ result: Tightening, _ writer: inout FieldWriter) {
        writer.number(result.pset, 3)
        writer.number(result.batchCounter, 4)
        writer.number(result.isGood ? 1 : 0, 1)
        writer.number(result.first.torqueStatus.rawValue, 1)
        writer.number(result.first.angleStatus.rawValue, 1)
        writer.number(result.first.torque, 6)
        writer.number(result.first.angle, 5)
        writer.text(result.time, 19)
        writer.number(result.batchStatus.rawValue, 1)
    }

    /// Fields from 03 of table 113; each revision adds to the one before.
    private func oldLater(_ result: Tightening, _ revision: Int, _ writer: inout FieldWriter) {
        writer.number(result.job, 4)
        writer.number(result.pset, 3)
        states(result, &writer)
        writer.number(result.first.torque, 6)
        writer.number(result.first.angle, 5)
        writer.number(result.rundownAngle, 5)
        writer.number(Self.current(result), 3)
        for _ in 0..<2 { writer.number(0, 6) }
        writer.number(result.job == 0 ? 0 : 1, 5)
        writer.number(0, 5)
        writer.text(names.tool, 14)
        writer.text(result.time, 19)
        if revision >= 3 {
            writer.number(1, 1)
            writer.number(result.type.rawValue, 2)
        }
        if revision >= 4 { parts(of: result.identifier, &writer) }
        if revision >= 5 { errorCode(result, &writer) }
        if revision >= 6 {
            writer.number(0, 6)
            writer.number(result.errors2, 10)
        }
        if revision >= 7 {
            writer.number(names.cell, 10)
            writer.text(names.controller, 25)
        }
    }
}
