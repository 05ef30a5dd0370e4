extension OpenProtocolRequest {
    /// MID 0042: the tool does not run until it is enabled.
    package static let disableTool = OpenProtocolRequest(42)
    /// MID 0043: the tool may run.
    package static let enableTool = OpenProtocolRequest(43)

    /// MID 0018: the parameter set that the next tightening uses; 0 selects none.
    package static func selectParameterSet(_ id: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(18, data: try digits(id, 3, 0...999, mid: 18, "the parameter set"))
    }

    /// MID 0038: the job that is to run; 0 selects none. Revision 2 has jobs to 9999, revision 1 to 99.
    package static func selectJob(
        _ id: Int, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let data =
            revision == 1
            ? try digits(id, 2, 0...99, mid: 38, "the job")
            : try digits(id, 4, 0...9_999, mid: 38, "the job")
        return OpenProtocolRequest(38, revision: revision, data: data)
    }

    /// MID 0050: the part that comes next, in at most 25 characters.
    package static func identifier(_ text: String) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(50, data: try characters(text, most: 25, mid: 50, "the identifier"))
    }

    /// MID 0150: the part that comes next, in at most 100 characters.
    package static func longIdentifier(_ text: String) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(150, data: try characters(text, most: 100, mid: 150, "the identifier"))
    }
}
