/// Why a controller does not do what it was asked for (MID 0004).
package struct OpenProtocolRefusal: Sendable, Equatable, CustomStringConvertible {
    /// What was asked for.
    package let mid: Int
    /// What `codes` explains; others are kept as they are.
    package let code: Int

    package init(mid: Int, code: Int) { (self.mid, self.code) = (mid, code) }

    /// Reads four digits of a MID and two of a code. Some codes of later controllers have three digits
    /// (100 and above, unconfirmed in the specification R2.16): three are read where three came.
    ///
    /// Throws `OpenProtocolError` of kind `malformed`.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        let digits = OpenProtocolDigits(message)
        let mid = try digits.required(21, 4, "the refused MID")
        let count = digits.count == 27 ? 3 : 2
        let code = try digits.required(25, count, "the error code")
        try digits.expectEnd(24 + count)
        self.init(mid: mid, code: code)
    }

    /// The code in words; `an error that is not in the specification` where it is not.
    package var meaning: String { Self.codes[code]?.meaning ?? "an error that is not in the specification" }
    /// Code of MID 0064 for an id, or for the latest one, that is not there.
    package static let noSuchResult = 15

    /// What to do, where it is evident; nil where the meaning says it all.
    package var remedy: String? { Self.codes[code]?.remedy }

    /// What was asked for is as wanted already: a subscription that exists, or one to be ended that does not.
    package var isAlreadySo: Bool {
        switch (mid, code) {
        case (51, 6), (54, 7), (60, 9), (63, 10), (70, 11), (73, 12), (14, 13), (17, 14), (34, 18), (37, 19),
            (90, 31), (93, 32), (100, 33), (103, 34), (151, 43), (154, 44), (210, 50), (213, 51), (216, 84),
            (219, 85), (8, 71), (9, 72), (900, 71), (901, 71), (120, 40), (126, 41):
            true
        default: false
        }
    }

    /// This revision of what was asked for is not there: ask for a lower one.
    package var isRevisionUnsupported: Bool { [74, 76, 97].contains(code) }
    /// The MID or its revision is not there at all (specification R2.16, table 20).
    package var isUnknownRequest: Bool { [73, 74, 75, 76, 97, 99].contains(code) }
    /// Somebody else has the controller; trying again later can succeed.
    package var isHeldByOther: Bool { [16, 25, 35, 92, 96].contains(code) }
    /// The same may be done later: somebody else has the controller, or it or its tool cannot just now
    /// (job not to be set, tool inaccessible, abort under way, tool in use, time-out within).
    package var isPassing: Bool { isHeldByOther || [20, 27, 28, 59, 98].contains(code) }

    /// `MID 0018 refused with error 02: this parameter set is not in the controller: choose one that is`.
    package var description: String {
        let head =
            "MID \(OpenProtocolText.padded(mid, 4)) refused with error \(OpenProtocolText.padded(code, 2))"
        return ([head, meaning] + (remedy.map { [$0] } ?? [])).joined(separator: ": ")
    }
}
