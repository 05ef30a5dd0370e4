internal import Codecs
internal import Metrology

extension DeviceCycleReader {
    /// Widths of a pulse: shorter than one poll of a PLC is not seen, longer holds up the next order.
    private static let pulses = 10...10_000

    /// `acknowledge: point` or `acknowledge: {point, value, pulse}`.
    func acknowledgement(_ complete: YAMLMapping, isQueue: Bool) -> DeviceCycle.Acknowledgement? {
        guard let node = complete.node("acknowledge") else { return nil }
        if case .mapping = node.content {
            return command("acknowledge", of: complete).map { .command($0) }
        }
        guard let point = point("acknowledge", of: complete, isRequired: false) else { return nil }
        if point.clearsOnRead { return .read(point.id) }
        if isQueue {
            complete.fault(
                "acknowledge", "a result that waits in a queue has no number to write",
                "write `acknowledge: {point: \(point.id), value: \"1\"}`")
            return nil
        }
        if point.access.writes, point.quantity != nil { return .write(point.id) }
        complete.fault(
            "acknowledge", "point \(Wording.quoted(point.id)) takes no acknowledgement",
            "name a number with `access: write`, or a point with `clears_on_read: true`")
        return nil
    }

    func binding(_ mapping: YAMLMapping, _ request: ReadRequest?) -> DeviceCycle.Binding? {
        let write = point("write", of: mapping)
        let echo = point("echo", of: mapping, isRequired: false)
        let with: DeviceCycle.Token? = mapping.required("with", .choice)
        mapping.finish()
        if let write, write.meaning != .text || !write.access.writes {
            mapping.fault(
                "write", "point \(Wording.quoted(write.id)) is no text that is written", "name one that is")
        }
        if let echo {
            if echo.meaning != .text {
                mapping.fault("echo", "point \(Wording.quoted(echo.id)) is no text", "name one that is")
            }
            checkTogether(echo, request, mapping, "echo")
        }
        guard let write, let with else { return nil }
        return DeviceCycle.Binding(write: write.id, echo: echo?.id, with: with)
    }

    /// `{point, value, pulse}`, within `cycle` or `complete`.
    func command(_ key: String, of parent: YAMLMapping) -> DeviceCycle.Command? {
        guard let mapping = parent.mapping(key, key) else { return nil }
        let point = point("point", of: mapping)
        let value = mapping.required("value", .decimal)
        let pulse = mapping.optional("pulse", .duration(Self.pulses))
        mapping.finish()
        guard let point, let value else { return nil }
        do {
            _ = try point.words(writing: .decimal(value))
        } catch {
            mapping.fault("value", "point \(Wording.quoted(point.id)): \(error.what)", error.remedy)
        }
        if pulse != nil, (try? point.words(writing: .decimal(0))) == nil {
            mapping.fault(
                "pulse", "point \(Wording.quoted(point.id)) cannot be set back to 0",
                "let `valid` or `enum` hold 0, or remove `pulse`")
        }
        return DeviceCycle.Command(point: point.id, value: value, pulseMilliseconds: pulse)
    }

    func condition(_ mapping: YAMLMapping, _ request: ReadRequest?) -> DeviceCycle.Condition? {
        let point = point("point", of: mapping)
        let word = mapping.required("is", .text)
        mapping.finish()
        guard let point, let word else { return nil }
        if case .words(let words) = point.meaning {
            if !words.words.contains(word) {
                mapping.fault(
                    "is", "point \(Wording.quoted(point.id)) never says \(Wording.quoted(word))",
                    NearestName.remedy(for: word, among: words.words))
            }
        } else {
            mapping.fault("point", "point \(Wording.quoted(point.id)) has no words", "give it an `enum`")
        }
        checkTogether(point, request, mapping, "point")
        return DeviceCycle.Condition(point: point.id, word: word)
    }

    /// `{point, counters: {word: point}}`.
    func verdict(_ mapping: YAMLMapping, _ request: ReadRequest?) -> DeviceCycle.CountedVerdict? {
        let point = point("point", of: mapping)
        if let point { checkTogether(point, request, mapping, "point") }
        guard let counters = mapping.mapping("counters", "counters") else {
            if !mapping.has("counters") {
                mapping.faults.fault(
                    mapping.place, "the verdict has no counters", "add `counters: {pass: …, fail: …}`")
            }
            mapping.finish()
            return nil
        }
        var named: [String: String] = [:]
        for key in counters.keys {
            guard let counter = number(key, of: counters, isRequired: true) else { continue }
            checkTogether(counter, request, counters, key)
            named[key] = counter.id
            if let point { checkWord(key, of: point, counters) }
        }
        mapping.finish()
        guard let point, !named.isEmpty else { return nil }
        return DeviceCycle.CountedVerdict(point: point.id, counters: named)
    }

    private func checkWord(_ word: String, of point: DevicePoint, _ counters: YAMLMapping) {
        guard case .words(let words) = point.meaning else {
            counters.fault(word, "point \(Wording.quoted(point.id)) has no words", "give it an `enum`")
            return
        }
        guard !words.words.contains(word) else { return }
        counters.fault(
            word, "point \(Wording.quoted(point.id)) never says \(Wording.quoted(word))",
            NearestName.remedy(for: word, among: words.words))
    }

    /// `{point, every, highest}`.
    func heartbeat(_ mapping: YAMLMapping) -> DeviceCycle.Heartbeat? {
        let point = number("point", of: mapping, isRequired: true)
        let every = mapping.optional("every", .duration(Self.heartbeats)) ?? 1_000
        let highest = mapping.optional("highest", .integer(1...4_294_967_295))
        mapping.finish()
        guard let point else { return nil }
        return DeviceCycle.Heartbeat(
            point: point.id, everyMilliseconds: every, highest: highest.map { UInt64($0) })
    }
}
