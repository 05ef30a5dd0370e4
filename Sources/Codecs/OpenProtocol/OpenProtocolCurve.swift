/// One curve of a tightening (MID 0900; specification R2.16, tables 206 to 208).
package struct OpenProtocolCurve: Sendable, Equatable {
    /// What a curve shows.
    package enum Kind: Sendable, Equatable {
        case angle, torque, current, gradient, stroke, force
        case unknown(Int)

        init(_ number: Int) {
            let known: [Kind] = [.angle, .torque, .current, .gradient, .stroke, .force]
            self = known.indices.contains(number - 1) ? known[number - 1] : .unknown(number)
        }
    }

    /// How a sample becomes a value in the curve's unit.
    package enum Scale: Sendable, Equatable {
        /// Sample divided by this (parameter 02213).
        case divisor(OpenProtocolDecimal)
        /// Sample times this (parameter 02214).
        case factor(OpenProtocolDecimal)
        /// Neither parameter came, both came, or one is no number or zero: the samples have no unit.
        case unknown
    }

    /// The time between the samples of a range.
    package struct Resolution: Sendable, Equatable {
        /// Samples from 0, both ends included.
        package let first, last: Int
        /// Time from one to the next; nil where it is no number.
        package let interval: OpenProtocolDecimal?
        /// 200 s, 201 min, 202 ms, 203 h (table 217).
        package let unit: Int
    }

    package let message: OpenProtocolMessage
    /// The tightening that it belongs to.
    package let resultID: Int
    package let time: OpenProtocolTime?
    /// What holds for every curve of this result.
    package let common: [OpenProtocolParameter]
    package let kind: Kind
    /// Curves of this result that the controller sends; nil below revision 3.
    package let curves: Int?
    /// From 1, for tools with several.
    package let transducer: Int?
    /// Such as 1 for Nm, 50 for degrees (table 217).
    package let unit: Int
    /// Which request this answers, 0008 or 0006; nil below revision 2.
    package let requestMID: Int?
    package let parameters: [OpenProtocolParameter]
    package let resolutions: [Resolution]
    /// Two bytes each, the higher first, signed: the specification does not tell, a recorded frame of a real
    /// controller (below zero before the tool turned) does.
    package let samples: [Int16]

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says, or
    /// where the samples are not as many as it tells. Their number is bounded by the bytes:
    /// 4,964 in one message, 44,880 in nine parts.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        var cursor = OpenProtocolCursor(message)
        // Later revisions can have fields anywhere: without their table nothing behind is certain.
        guard message.mid == 900, message.revision <= 3 else {
            throw cursor.digits.fault(5, "no message 0900 of revision 1 to 3")
        }
        self.message = message
        resultID = try cursor.required(10, "the result's id")
        time = try cursor.time("the time")
        // Revision 3: an object's id, its type, and a related object's id.
        if message.revision == 3 { _ = try cursor.slice(9, "the object") }
        common = try OpenProtocolParameter.list(&cursor, "parameters of all curves")
        kind = Kind(try cursor.required(2, "the kind of curve"))
        curves = message.revision == 3 ? try cursor.number(2, "the number of curves") : nil
        transducer = try cursor.number(2, "the transducer")
        unit = try cursor.required(3, "the unit")
        requestMID = message.revision >= 2 ? try cursor.number(4, "the request's MID") : nil
        parameters = try OpenProtocolParameter.list(&cursor, "parameters")
        resolutions = try Self.resolutions(&cursor)
        samples = try Self.samples(&cursor)
    }

    package var scale: Scale {
        let divisors = parameters.filter { $0.id == 2_213 }
        let factors = parameters.filter { $0.id == 2_214 }
        guard divisors.count + factors.count == 1, let number = (divisors + factors)[0].number,
            number.coefficient != 0
        else { return .unknown }
        return divisors.isEmpty ? .factor(number) : .divisor(number)
    }

    private static func resolutions(
        _ cursor: inout OpenProtocolCursor
    ) throws(OpenProtocolError) -> [Resolution] {
        let count = try cursor.itemCount(3, of: 18, "resolutions")
        var resolutions: [Resolution] = []
        for _ in 0..<count {
            let first = try cursor.required(5, "the first sample of a resolution")
            let last = try cursor.required(5, "the last sample of a resolution")
            let length = try cursor.required(3, "the length of an interval")
            _ = try cursor.number(2, "the type of an interval")
            let unit = try cursor.number(3, "the unit of an interval") ?? 0
            let interval = OpenProtocolDecimal(try cursor.slice(length, "an interval"))
            resolutions.append(Resolution(first: first, last: last, interval: interval, unit: unit))
        }
        return resolutions
    }

    /// The number of samples, the NUL before them, and exactly so many.
    private static func samples(_ cursor: inout OpenProtocolCursor) throws(OpenProtocolError) -> [Int16] {
        let start = cursor.byte
        let count = try cursor.required(5, "the number of samples")
        guard try cursor.slice(1, "the NUL before the samples").first == 0 else {
            throw cursor.digits.fault(cursor.byte - 1, "no NUL before the samples")
        }
        guard cursor.remaining == 2 * count else {
            throw cursor.digits.fault(start, "\(count) samples, where \(cursor.remaining) bytes follow")
        }
        let bytes = try cursor.slice(2 * count, "the samples")
        return stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]))
        }
    }
}

/// What is drawn beside a curve: limits and points (MID 0901; specification R2.16, tables 213 to 215).
package struct OpenProtocolCurveLimits: Sendable, Equatable {
    package let message: OpenProtocolMessage
    package let resultID: Int
    package let time: OpenProtocolTime?
    /// Each with its type, unit and step; plotting points are types 8 to 10 and 50.
    package let parameters: [OpenProtocolParameter]

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says.
    ///
    /// Revisions 2 and 3 put fields between the number of parameters and the parameters, as their tables
    /// print them; no recorded message was found that confirms it.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        var cursor = OpenProtocolCursor(message)
        guard message.mid == 901, message.revision <= 3 else {
            throw cursor.digits.fault(5, "no message 0901 of revision 1 to 3")
        }
        self.message = message
        resultID = try cursor.required(10, "the result's id")
        time = try cursor.time("the time")
        let count = try cursor.itemCount(3, of: OpenProtocolParameter.headBytes, "parameters")
        if message.revision >= 2 { _ = try cursor.slice(4, "the request's MID") }
        // An object's id, its type, a related object's id, and the kind of curve.
        if message.revision == 3 { _ = try cursor.slice(11, "the object") }
        var parameters: [OpenProtocolParameter] = []
        for _ in 0..<count { parameters.append(try OpenProtocolParameter(&cursor)) }
        self.parameters = parameters
        try cursor.end()
    }
}
