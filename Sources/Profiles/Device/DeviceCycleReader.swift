internal import Codecs
internal import Metrology

/// Reads the `cycle:` of a profile; `DeviceCycle` shows its form.
struct DeviceCycleReader {
    let cycle: YAMLMapping
    let points: [DevicePoint]
    let plan: ReadPlan

    /// The cycle; nil after noting what is wrong.
    func read() -> DeviceCycle? {
        let faults = cycle.faults
        let before = faults.count
        guard let complete = cycle.mapping("complete", "complete") else {
            faults.fault(cycle.place, "the cycle never completes", "add `complete: {sequence: …}`")
            cycle.knows("bind", "start", "abort", "good")
            return nil
        }
        let sequence = number("sequence", of: complete, isRequired: true)
        let request = sequence.flatMap { plan.request(holding: $0.id) }
        let guardPoint = number("guard", of: complete, isRequired: false)
        if let guardPoint { checkTogether(guardPoint, request, complete, "guard") }
        let acknowledge = acknowledgement(complete)
        complete.finish()
        let binding = cycle.mapping("bind", "bind").flatMap { self.binding($0, request) }
        let start = command("start")
        let abort = command("abort")
        let good = cycle.mapping("good", "good").flatMap { condition($0, request) }
        guard let sequence, let request, faults.count == before else { return nil }
        return DeviceCycle(
            request: request.id, sequence: sequence.id, guardPoint: guardPoint?.id, acknowledge: acknowledge,
            binding: binding, start: start, abort: abort, good: good)
    }

    private func point(_ key: String, of mapping: YAMLMapping, isRequired: Bool = true) -> DevicePoint? {
        let id = isRequired ? mapping.required(key, .name) : mapping.optional(key, .name)
        guard let id else { return nil }
        guard let point = points.first(where: { $0.id == id }) else {
            mapping.fault(
                key, "point \(Wording.quoted(id)) does not exist",
                NearestName.remedy(for: id, among: points.map(\.id)))
            return nil
        }
        return point
    }

    /// A whole number that is read, such as a sequence.
    private func number(_ key: String, of mapping: YAMLMapping, isRequired: Bool) -> DevicePoint? {
        guard let point = point(key, of: mapping, isRequired: isRequired) else { return nil }
        guard point.type.isInteger, let quantity = point.quantity, quantity.scale == 1, !point.isDependent,
            point.access.reads, !point.clearsOnRead
        else {
            mapping.fault(
                key, "point \(Wording.quoted(point.id)) is no plain whole number that is read",
                "name an integer point without scale, words and `clears_on_read`")
            return nil
        }
        return point
    }

    private func checkTogether(
        _ point: DevicePoint, _ request: ReadRequest?, _ mapping: YAMLMapping, _ key: String
    ) {
        guard let request, !request.points.contains(where: { $0.id == point.id }) else { return }
        mapping.fault(
            key, "point \(Wording.quoted(point.id)) is not in request \(Wording.quoted(request.id))",
            "put it into the request that holds the sequence: one reply, one result")
    }

    private func acknowledgement(_ complete: YAMLMapping) -> DeviceCycle.Acknowledgement? {
        guard let point = point("acknowledge", of: complete, isRequired: false) else { return nil }
        if point.clearsOnRead { return .read(point.id) }
        if point.access.writes, point.quantity != nil { return .write(point.id) }
        complete.fault(
            "acknowledge", "point \(Wording.quoted(point.id)) takes no acknowledgement",
            "name a number with `access: write`, or a point with `clears_on_read: true`")
        return nil
    }

    private func binding(_ mapping: YAMLMapping, _ request: ReadRequest?) -> DeviceCycle.Binding? {
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

    private func command(_ key: String) -> DeviceCycle.Command? {
        guard let mapping = cycle.mapping(key, key) else { return nil }
        let point = point("point", of: mapping)
        let value = mapping.required("value", .decimal)
        mapping.finish()
        guard let point, let value else { return nil }
        do {
            _ = try point.words(writing: .decimal(value))
        } catch {
            mapping.fault("value", "point \(Wording.quoted(point.id)): \(error.what)", error.remedy)
        }
        return DeviceCycle.Command(point: point.id, value: value)
    }

    private func condition(_ mapping: YAMLMapping, _ request: ReadRequest?) -> DeviceCycle.Condition? {
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
}
