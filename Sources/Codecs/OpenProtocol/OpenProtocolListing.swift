/// Messages that list what a controller has: parameter sets, jobs, the steps of a job.
package enum OpenProtocolListing {
    /// A parameter set as MID 0011 lists it (specification R2.16, tables 25 to 28).
    package struct ParameterSet: Sendable, Equatable {
        /// 0 to 999.
        package let id: Int
        /// How many stages it has; nil below revision 2.
        package let stages: Int?
        /// Whether it is a multistage program (`Mset`); nil below revision 3.
        package let isMultistage: Bool?
        /// When it was changed last; nil below revision 4 and where blank.
        package let changed: OpenProtocolTime?
    }

    /// A step of a job (MID 0033).
    package struct JobStep: Sendable, Equatable {
        package let channel: Int?
        /// The parameter set, or the multistage program.
        package let program: Int?
        /// 1: the next one is selected by itself.
        package let autoValue: Int?
        package let batchSize: Int?
        /// What stands behind these in revisions 3 to 5, as it came.
        package let more: String
    }

    /// MID 0011: every list follows the one before, in the same order.
    static func parameterSets(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> [ParameterSet] {
        var cursor = OpenProtocolCursor(message)
        let count = try cursor.itemCount(3, of: 3, "parameter sets")
        let revision = message.revision
        var ids: [Int] = []
        for _ in 0..<count { ids.append(try cursor.required(3, "the id of a parameter set")) }
        var (stages, kinds): ([Int?], [Bool?]) = ([], [])
        var times: [OpenProtocolTime?] = []
        for _ in 0..<count where revision >= 2 { stages.append(try cursor.number(2, "the stages")) }
        for _ in 0..<count where revision >= 3 {
            let kind = try cursor.text(4, "the kind of program")
            kinds.append(["Mset": true, "Pset": false][kind])
        }
        for _ in 0..<count where revision >= 4 { times.append(try cursor.time("the time of change")) }
        if revision <= 4 { try cursor.end() }
        return ids.indices.map {
            ParameterSet(
                id: ids[$0], stages: revision >= 2 ? stages[$0] : nil,
                isMultistage: revision >= 3 ? kinds[$0] : nil, changed: revision >= 4 ? times[$0] : nil)
        }
    }

    /// MID 0031 (tables 55 and 56): two digits a job in revision 1, four from revision 2.
    static func jobs(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> [Int] {
        var cursor = OpenProtocolCursor(message)
        let width = message.revision == 1 ? 2 : 4
        let count = try cursor.itemCount(width, of: width, "jobs")
        var ids: [Int] = []
        for _ in 0..<count { ids.append(try cursor.required(width, "the id of a job")) }
        if message.revision <= 2 { try cursor.end() }
        return ids
    }

    /// The list at the end of MID 0033 (parameter 13): fields with colons between them, `;` after each step.
    static func steps(_ fields: OpenProtocolFields) throws(OpenProtocolError) -> [JobStep] {
        guard let count = fields.number(.jobStepCount) else { return [] }
        var cursor = OpenProtocolCursor(fields.message, at: fields.restOffset + 1)
        // Revision 4 reads "12, 44, 49, 51 bytes a step" (tables 59 to 63).
        let sizes = [12, 12, 44, 49, 51]
        let size = sizes[min(fields.message.revision, sizes.count) - 1]
        try cursor.parameter(13)
        var steps: [JobStep] = []
        for _ in 0..<count {
            let start = cursor.byte
            let step = try cursor.slice(size, "a step of the job")
            let parts = step.dropLast().split(
                separator: UInt8(ascii: ":"), maxSplits: 4, omittingEmptySubsequences: false)
            guard step.last == UInt8(ascii: ";"), parts.count >= 4 else {
                throw cursor.digits.fault(start, "no step of a job: \(OpenProtocolText.quoted(step))")
            }
            steps.append(
                JobStep(
                    channel: OpenProtocolText.number(parts[0]), program: OpenProtocolText.number(parts[1]),
                    autoValue: OpenProtocolText.number(parts[2]),
                    batchSize: OpenProtocolText.number(parts[3]),
                    more: parts.count > 4 ? OpenProtocolText.text(parts[4]) : ""))
        }
        return steps
    }
}
