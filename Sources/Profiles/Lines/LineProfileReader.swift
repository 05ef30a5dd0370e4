internal import Metrology

/// Reads the part of a profile that a device has which speaks in lines of text.
///
/// ```yaml
/// protocol: lines
/// framing: {suffix: "\r\n", longest: 64, idle_gap: 200 ms}
/// ask: {command: "?\r", every: 200 ms, timeout: 500 ms}    # or stream: {silence: 1 s}, or results: {…}
/// points: […]
/// lines: […]
/// ```
struct LineProfileReader {
    let top: YAMLMapping

    private var faults: FaultCollector { top.faults }

    private static let longestLine = 1...1_024
    private static let gaps = 1...10_000
    private static let periods = 10...3_600_000
    private static let timeouts = 10...60_000

    init(_ top: YAMLMapping) { self.top = top }

    func profile() -> LineProfile? {
        let before = faults.count
        let points = top.mappings("points", "a point", most: 200) { LinePointReader(entry: $0).point() }
        let isComplete = faults.count == before
        let forms = top.mappings("lines", "a line", most: 32) {
            LineFormReader(entry: $0, points: points).form()
        }
        let areFormsRight = faults.count == before
        let framing = framing()
        let speaking = speaking(points)
        let vectors = top.mappings("vectors", "a vector", most: 1_000) {
            LineVectorReader(vector: $0, points: points).read()
        }
        // What is missing because of one fault would only be missed a second time.
        if isComplete {
            LineProfileChecks(top: top, points: points, forms: forms, areFormsRight: areFormsRight).run()
        }
        guard let framing, let speaking, faults.count == before else { return nil }
        let assumptions = LineProfileChecks.assumptions(points, forms)
        warn(of: assumptions, unconfirmed: forms.count(where: \.isUnconfirmed))
        return LineProfile(
            framing: framing, speaking: speaking, forms: forms, points: points, vectors: vectors,
            assumptions: assumptions)
    }

    private func warn(of assumptions: [LineProfile.Assumption], unconfirmed: Int) {
        if unconfirmed > 0 {
            faults.warn(
                top.place(of: "lines"), "\(unconfirmed) lines are unconfirmed",
                "compare them with what the device prints, and remove `unconfirmed` where they are right")
        }
        guard !assumptions.isEmpty else { return }
        let list = assumptions.map { "\($0.point) in \($0.unit.code)" }.joined(separator: ", ")
        faults.warn(
            top.place(of: "points"), "lines may say no unit, and the profile assumes one: \(list)",
            "compare it with what the device is set to")
    }

    private func framing() -> LineProfile.Framing? {
        guard let mapping = top.mapping("framing", "a framing") else {
            if !top.has("framing") {
                faults.fault(
                    top.place, "lines have no framing", #"add `framing: {suffix: "\r\n", idle_gap: 200 ms}`"#)
            }
            return nil
        }
        let before = faults.count
        let suffix = mapping.optional("suffix", .bytes) ?? []
        let longest = mapping.optional("longest", .integer(Self.longestLine)) ?? 128
        let length = mapping.optional("length", .integer(1...longest))
        let ignored = mapping.optional("ignore", .bytes) ?? []
        if length != nil, !suffix.isEmpty {
            mapping.fault("length", "a suffix ends the lines already", "keep one of the two")
        }
        let framing = LineProfile.Framing(
            prefix: mapping.optional("prefix", .bytes) ?? [], suffix: suffix, length: length,
            longest: longest,
            idleGapMilliseconds: mapping.optional("idle_gap", .duration(Self.gaps)) ?? 200, ignored: ignored)
        if let byte = ignored.first(where: (framing.prefix + suffix).contains) {
            mapping.fault(
                "ignore", "byte \(byte) frames the lines and is ignored", "leave it in one of the two")
        }
        mapping.finish()
        return faults.count == before ? framing : nil
    }

    private func speaking(_ points: [LinePoint]) -> LineProfile.Speaking? {
        let ask = top.mapping("ask", "a question")
        let stream = top.mapping("stream", "a stream")
        let results = top.mapping("results", "results")
        let ways = ["ask", "stream", "results"].filter { top.has($0) }
        guard ways.count == 1 else {
            faults.fault(
                top.place(of: ways.last ?? ""),
                ways.isEmpty
                    ? "nothing says how readings come" : "readings come in \(ways.count) ways",
                "write one of `ask:`, `stream:` and `results:`")
            for mapping in [ask, stream, results] { _ = mapping?.namedEntries() }
            return nil
        }
        if let ask { return question(ask).map { .asked($0) } }
        if let stream {
            let silence = stream.required("silence", .duration(Self.periods))
            stream.finish()
            return silence.map { .streaming(silenceMilliseconds: $0) }
        }
        return results.flatMap { recognition($0, points) }.map { .reporting($0) }
    }

    private func question(_ ask: YAMLMapping) -> LineProfile.Question? {
        let command = ask.required("command", .characters(1...64))
        let every = ask.optional("every", .duration(Self.periods)) ?? 1_000
        let timeout = ask.optional("timeout", .duration(Self.timeouts)) ?? 500
        ask.finish()
        guard let command else { return nil }
        return LineProfile.Question(
            command: command, everyMilliseconds: every, timeoutMilliseconds: timeout)
    }

    private func recognition(_ results: YAMLMapping, _ points: [LinePoint]) -> LineProfile.Recognition? {
        let number = results.optional("number", .name)
        let time = results.optional("repeat", .duration(1...600_000))
        results.finish()
        switch (number, time) {
        case (let number?, nil):
            guard let point = points.first(where: { $0.id == number }), point.number?.kind == .dimensionless
            else {
                results.fault(
                    "number", "\(Wording.quoted(number)) is no point that counts",
                    #"name a number with `unit: "1"`"#)
                return nil
            }
            return .number(number)
        case (nil, let time?): return .sameLine(withinMilliseconds: time)
        case (nil, nil) where results.has("number") || results.has("repeat"): return nil
        default:
            faults.fault(
                results.place, "nothing, or two things, tell a line that comes twice from two results",
                "write `number: POINT` where lines are counted, else `repeat: 500 ms`")
            return nil
        }
    }
}
