/// Curves, which have no MIDs of their own to subscribe with (specification R2.16, sections 5.2.7 and 5.27).
extension OpenProtocolRequest {
    /// Kinds of curve by their numbers in a request (table 210).
    package enum CurveKind: Int, Sendable, CaseIterable {
        case angle = 1
        case torque, current, gradient, stroke, force
    }

    /// MID 0008 with any MID: `extra` is what the specification of that MID asks for, at most 99 bytes.
    package static func subscribe(
        mid: Int, revision: Int = 1, extra: [UInt8] = []
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(8, data: try generic(8, mid, revision, extra))
    }

    /// MID 0009 with any MID.
    package static func unsubscribe(
        mid: Int, revision: Int = 1, extra: [UInt8] = []
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(9, data: try generic(9, mid, revision, extra))
    }

    /// MID 0006 with any MID: that MID answers once.
    package static func request(
        mid: Int, revision: Int = 1, extra: [UInt8] = []
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(6, data: try generic(6, mid, revision, extra), answer: .reply(mid))
    }

    /// Have the curves of tightenings from now on sent as MID 0900 of this revision: 0, blanks for a time and
    /// an id that are not used, the kinds.
    package static func subscribeCurves(
        _ kinds: [CurveKind], revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let unused = [UInt8](repeating: 0x20, count: 29)
        return try subscribe(mid: 900, revision: revision, extra: [0x30] + unused + list(kinds))
    }

    /// No further curves of these kinds.
    package static func unsubscribeCurves(
        _ kinds: [CurveKind], revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        try unsubscribe(mid: 900, revision: revision, extra: list(kinds))
    }

    /// One curve of one tightening, the latest for id 0, as MID 0900 (table 209).
    package static func curve(
        _ kind: CurveKind, ofResult id: Int, tool: Int = 1, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let result = try digits(id, 10, 0...4_294_967_295, mid: 6, "the tightening id")
        let number = try digits(tool, 4, 0...9_999, mid: 6, "the tool")
        return try request(
            mid: 900, revision: revision, extra: result + Array("00\(kind.rawValue)".utf8) + number)
    }

    /// Have what is drawn beside the curves sent as MID 0901; needs a subscription of curves.
    package static func subscribeCurveLimits(
        revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        try subscribe(mid: 901, revision: revision)
    }

    /// The number of kinds in two digits, each in three.
    private static func list(_ kinds: [CurveKind]) throws(OpenProtocolError) -> [UInt8] {
        let count = try digits(kinds.count, 2, 1...CurveKind.allCases.count, mid: 8, "the number of curves")
        return count + kinds.flatMap { Array("00\($0.rawValue)".utf8) }
    }

    /// MID, revision, length and bytes (tables 22 to 24).
    private static func generic(
        _ generic: Int, _ mid: Int, _ revision: Int, _ extra: [UInt8]
    ) throws(OpenProtocolError) -> [UInt8] {
        let target = try digits(mid, 4, 0...9_999, mid: generic, "the MID")
        let wanted = try digits(revision, 3, 1...999, mid: generic, "the revision")
        return target + wanted
            + (try digits(extra.count, 2, 0...99, mid: generic, "the length of the extra data")) + extra
    }
}
