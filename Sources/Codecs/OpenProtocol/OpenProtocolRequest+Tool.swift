/// Parameter sets, jobs, the tool and the part.
extension OpenProtocolRequest {
    /// What MID 0042 does to a tool (specification R2.16, table 81).
    package enum Lock: Int, Sendable {
        /// It does not run.
        case locked = 0
        /// It is left out of the next tightening, which counts as not OK, as OK, or without it.
        case inhibitedNotOK, inhibitedOK, inhibitedWithoutResult
    }

    /// Every tool of a station, where a tool's number is asked for.
    package static let everyTool = 9_999

    /// MID 0042: the tool does not run until it is enabled.
    package static let disableTool = OpenProtocolRequest(42)
    /// MID 0043: the tool may run.
    package static let enableTool = OpenProtocolRequest(43)

    /// MID 0042 revision 2: as `disableTool`, for one of several tools.
    package static func disableTool(
        _ number: Int, _ lock: Lock = .locked
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let tool = try digits(number, 4, 0...9_999, mid: 42, "the tool")
        return OpenProtocolRequest(
            42, revision: 2, data: Array("01".utf8) + tool + Array("020\(lock.rawValue)".utf8))
    }

    /// MID 0043 revision 2: as `enableTool`, for one of several tools.
    package static func enableTool(_ number: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        let tool = try digits(number, 4, 0...9_999, mid: 43, "the tool")
        return OpenProtocolRequest(43, revision: 2, data: Array("01".utf8) + tool)
    }

    /// MID 0040: counters and calibration of the tool, as MID 0041 of this revision; from revision 6 of the
    /// tool with `number`.
    package static func tool(
        revision: Int = 1, number: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let tool = Array("01".utf8) + (try digits(number, 4, 0...9_999, mid: 40, "the tool"))
        return OpenProtocolRequest(
            40, revision: revision, data: revision >= 6 ? tool : [], answer: .reply(41))
    }

    /// MID 0010: which parameter sets there are, as MID 0011.
    package static func parameterSets(revision: Int = 1) -> OpenProtocolRequest {
        OpenProtocolRequest(10, revision: revision, answer: .reply(11))
    }

    /// MID 0012: one parameter set's limits, as MID 0013. Revisions 3 and 4 are a car maker's own.
    package static func parameterSet(
        _ id: Int, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(
            12, revision: revision, data: try digits(id, 3, 0...999, mid: 12, "the parameter set"),
            answer: .reply(13))
    }

    /// MID 0018: the parameter set that the next tightening uses; 0 selects none.
    package static func selectParameterSet(_ id: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(18, data: try digits(id, 3, 0...999, mid: 18, "the parameter set"))
    }

    /// MID 0019: how many tightenings make a batch of a parameter set: to 99, with revision 2 to 9999.
    package static func batchSize(
        _ size: Int, ofParameterSet id: Int
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let data = try digits(id, 3, 0...999, mid: 19, "the parameter set")
        let isLong = size > 99
        return OpenProtocolRequest(
            19, revision: isLong ? 2 : 1,
            data: data + (try digits(size, isLong ? 4 : 2, 1...9_999, mid: 19, "the batch size")))
    }

    /// MID 0030: which jobs there are, as MID 0031.
    package static func jobs(revision: Int = 1) -> OpenProtocolRequest {
        OpenProtocolRequest(30, revision: revision, answer: .reply(31))
    }

    /// MID 0032: one job and its steps, as MID 0033.
    package static func job(_ id: Int, revision: Int = 1) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(
            32, revision: revision, data: try jobID(id, revision, mid: 32), answer: .reply(33))
    }

    /// MID 0038: the job that is to run; 0 selects none. Revision 2 has jobs to 9999, revision 1 to 99.
    package static func selectJob(
        _ id: Int, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(38, revision: revision, data: try jobID(id, revision, mid: 38))
    }

    /// MID 0039: the running job begins again; ids as with MID 0038.
    package static func restartJob(
        _ id: Int, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(39, revision: revision, data: try jobID(id, revision, mid: 39))
    }

    /// MID 0127: the running job ends.
    package static let abortJob = OpenProtocolRequest(127)

    /// MID 0050: the part that comes next, in at most 25 characters.
    package static func identifier(_ text: String) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(50, data: try characters(text, most: 25, mid: 50, "the identifier"))
    }

    /// MID 0150: the part that comes next, in at most 100 characters.
    package static func longIdentifier(_ text: String) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(150, data: try characters(text, most: 100, mid: 150, "the identifier"))
    }

    /// MID 0155: the next identifier of the work order is passed over.
    package static let bypassIdentifier = OpenProtocolRequest(155)
    /// MID 0156: the latest identifier is taken back.
    package static let resetLatestIdentifier = OpenProtocolRequest(156)
    /// MID 0157: every identifier of the work order is taken back.
    package static let resetIdentifiers = OpenProtocolRequest(157)

    private static func jobID(_ id: Int, _ revision: Int, mid: Int) throws(OpenProtocolError) -> [UInt8] {
        revision == 1
            ? try digits(id, 2, 0...99, mid: mid, "the job")
            : try digits(id, 4, 0...9_999, mid: mid, "the job")
    }
}
