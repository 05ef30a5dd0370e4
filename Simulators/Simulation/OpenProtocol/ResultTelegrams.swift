/// Names under which a controller sends its results.
struct ControllerNames: Sendable, Equatable {
    var cell = 1
    var channel = 1
    /// At most 25 characters.
    var controller: String
    /// Tool serial number, at most 14 characters.
    var tool: String
}

/// Writes results by the byte tables of 0061, 0065 and 0101 (R 2.16.0, sections 5.8 and 5.12).
struct ResultTelegrams: Sendable {
    let names: ControllerNames
    /// Added to the id in 0061 and 0101 alone.
    let lastResultOffset: Int

    // MARK: 0061

    /// 0061 in `revision`: 1–7 or 999.
    func last(_ result: Tightening, revision: Int) -> Telegram {
        let data =
            switch revision {
            case 999: short(result)
            case 1: first(result)
            default: later(result, revision: revision)
            }
        return Telegram(61, revision: revision, data: data)
    }

    /// The id under which 0061 and 0101 tell this result.
    func sentID(_ result: Tightening) -> UInt32 {
        result.id &+ UInt32(truncatingIfNeeded: lastResultOffset)
    }

    private func lastID(_ result: Tightening) -> Int { Int(sentID(result)) }

    /// Table 98.
    private func first(_ result: Tightening) -> [UInt8] {
        var writer = FieldWriter(numberedFrom: 1)
        head(result, jobWidth: 2, &writer)
        writer.number(result.batchSize, 4)
        writer.number(result.batchCounter, 4)
        writer.number(result.isGood ? 1 : 0, 1)
        writer.number(result.first.torqueStatus.rawValue, 1)
        writer.number(result.first.angleStatus.rawValue, 1)
        values(result, &writer)
        writer.text(result.time, 19)
        writer.text(result.psetChanged, 19)
        writer.number(result.batchStatus.rawValue, 1)
        writer.number(lastID(result), 10)
        return writer.bytes
    }

    /// Revision 999: no parameter numbers.
    private func short(_ result: Tightening) -> [UInt8] {
        var writer = FieldWriter()
        writer.text(result.identifier, 25)
        writer.number(result.job, 2)
        writer.number(result.pset, 3)
        writer.number(result.batchSize, 4)
        writer.number(result.batchCounter, 4)
        writer.number(result.batchStatus.rawValue, 1)
        writer.number(result.isGood ? 1 : 0, 1)
        writer.number(result.first.torqueStatus.rawValue, 1)
        writer.number(result.first.angleStatus.rawValue, 1)
        writer.number(result.first.torque, 6)
        writer.number(result.first.angle, 5)
        writer.text(result.time, 19)
        writer.text(result.psetChanged, 19)
        writer.number(lastID(result), 10)
        return writer.bytes
    }

    /// Tables 99 to 104: each revision adds fields to the one before.
    private func later(_ result: Tightening, revision: Int) -> [UInt8] {
        var writer = FieldWriter(numberedFrom: 1)
        head(result, jobWidth: 4, &writer)
        states(result, &writer)
        values(result, &writer)
        monitored(result, &writer)
        writer.number(lastID(result), 10)
        writer.number(result.job == 0 ? 0 : 1, 5)
        writer.number(0, 5)  // no synchronised tightening
        writer.text(names.tool, 14)
        writer.text(result.time, 19)
        writer.text(result.psetChanged, 19)
        if revision >= 3 {
            writer.text(result.psetName, 25)
            writer.number(1, 1)  // N·m
            writer.number(result.type.rawValue, 2)
        }
        if revision >= 4 { parts(of: result.identifier, &writer) }
        if revision >= 5 { errorCode(result, &writer) }
        if revision >= 6 {
            writer.number(0, 6)
            writer.number(result.errors2, 10)
        }
        if revision >= 7 {
            writer.number(0, 7)
            writer.number(result.first.angle * 100, 7)
        }
        return writer.bytes
    }

    // MARK: Groups that several tables share

    /// Fields 01 to 06.
    private func head(_ result: Tightening, jobWidth: Int, _ writer: inout FieldWriter) {
        writer.number(names.cell, 4)
        writer.number(names.channel, 2)
        writer.text(names.controller, 25)
        writer.text(result.identifier, 25)
        writer.number(result.job, jobWidth)
        writer.number(result.pset, 3)
    }

    /// Fields 07 to 20 from revision 2.
    func states(_ result: Tightening, _ writer: inout FieldWriter) {
        writer.number(2, 2)  // torque control with angle monitoring
        writer.number(result.batchSize > 0 ? 0b111 : 0b11, 5)
        writer.number(result.batchSize, 4)
        writer.number(result.batchCounter, 4)
        writer.number(result.isGood ? 1 : 0, 1)
        writer.number(result.batchStatus.rawValue, 1)
        writer.number(result.first.torqueStatus.rawValue, 1)
        writer.number(result.first.angleStatus.rawValue, 1)
        for _ in 0..<5 { writer.number(LimitStatus.good.rawValue, 1) }
        writer.number(result.errors, 10)
    }

    /// Eight fields: three limits of torque and the torque, the same of the angle.
    private func values(_ result: Tightening, _ writer: inout FieldWriter) {
        writer.hundredths(result.target.torqueMin, 6)
        writer.hundredths(result.target.torqueMax, 6)
        writer.hundredths(result.target.torque, 6)
        writer.number(result.first.torque, 6)
        writer.number(result.target.angleMin, 5)
        writer.number(result.target.angleMax, 5)
        writer.number(result.target.angle, 5)
        writer.number(result.first.angle, 5)
    }

    /// Rundown, current, self-tap and prevail torque: fields 29 to 40.
    private func monitored(_ result: Tightening, _ writer: inout FieldWriter) {
        for angle in [0, 9_999, result.rundownAngle] { writer.number(angle, 5) }
        for percent in [0, 100, Self.current(result)] { writer.number(percent, 3) }
        for _ in 0..<6 { writer.number(0, 6) }
    }

    /// The customer's error code: blank where all is well.
    func errorCode(_ result: Tightening, _ writer: inout FieldWriter) {
        writer.text(result.isGood ? "" : "E100", 4)
    }

    /// Percent of the motor's current.
    static func current(_ result: Tightening) -> Int { result.first.torque == 0 ? 0 : 42 }

    /// Parts 2 to 4 of the identifier, 25 characters each, behind the 25 of the VIN.
    func parts(of identifier: [UInt8], _ writer: inout FieldWriter) {
        for part in 1...3 { writer.text(Array(identifier.dropFirst(25 * part).prefix(25)), 25) }
    }
}
