internal import CYAML

/// Makes nodes out of YAML text with libyaml, and refuses what a file that people check should not hold.
///
/// Refused: duplicate keys, keys that are no scalars, anchors and aliases, tags, tab characters, a second
/// document, more than `deepest` levels and more than `mostBytes` bytes.
package enum YAMLReader {
    /// Levels of lists and mappings; no format of ours needs a third of it.
    package static let deepest = 32
    /// Bytes of one document: a profile of a thousand points has a tenth of it.
    package static let mostBytes = 1 << 20

    /// The root of the document in `bytes`; nil after noting why in `faults`.
    ///
    /// `file` is the name that every place carries. Only the first syntax fault is noted, because what
    /// follows it would be guesses; every duplicate key is.
    package static func read(_ bytes: [UInt8], file: String, faults: FaultCollector) -> YAMLNode? {
        let start = SourcePlace(file: file)
        guard bytes.count <= mostBytes else {
            faults.fault(
                start, "the file has \(bytes.count) bytes, \(mostBytes) are allowed", "split or shorten it")
            return nil
        }
        if let tab = bytes.firstIndex(of: UInt8(ascii: "\t")) {
            faults.fault(
                place(ofByte: tab, in: bytes, file: file), "a tab stands here",
                #"use blanks; in a text write "\t""#)
            return nil
        }
        do {
            return try YAMLEvents.withEvents(of: bytes, file: file) { events throws(Fault) in
                try document(events, faults)
            }
        } catch {
            faults.add(error)
            return nil
        }
    }

    private static func document(_ events: YAMLEvents, _ faults: FaultCollector) throws(Fault) -> YAMLNode {
        var event = try events.next()
        while event.kind == .begin { event = try events.next() }
        guard event.kind != .end else {
            throw Fault(event.place, "the file is empty", "write the document, or name another file")
        }
        let root = try node(event, depth: 1, events, faults)
        while true {
            let after = try events.next()
            if after.kind == .end { return root }
            guard after.kind == .documentEnd else {
                throw Fault(after.place, "a second document begins", "keep one document a file: remove `---`")
            }
        }
    }

    private static func node(
        _ event: YAMLEvents.Event, depth: Int, _ events: YAMLEvents, _ faults: FaultCollector
    ) throws(Fault) -> YAMLNode {
        guard depth <= deepest else {
            throw Fault(event.place, "more than \(deepest) levels are nested", "write it flatter")
        }
        switch event.kind {
        case .scalar(let text, let isQuoted):
            return YAMLNode(place: event.place, content: .scalar(text: text, isQuoted: isQuoted))
        case .sequenceStart:
            var elements: [YAMLNode] = []
            while true {
                let next = try events.next()
                if next.kind == .sequenceEnd { break }
                elements.append(try node(next, depth: depth + 1, events, faults))
            }
            return YAMLNode(place: event.place, content: .sequence(elements))
        case .mappingStart:
            let entries = try entries(depth: depth, events, faults)
            return YAMLNode(place: event.place, content: .mapping(entries))
        default:
            throw Fault(event.place, "the document ends too early", "complete it")
        }
    }

    private static func entries(
        depth: Int, _ events: YAMLEvents, _ faults: FaultCollector
    ) throws(Fault) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var seen: [String: SourcePlace] = [:]
        while true {
            let next = try events.next()
            if next.kind == .mappingEnd { return entries }
            guard case .scalar(let key, _) = next.kind else {
                throw Fault(next.place, "a key is no plain text", "use a name as key")
            }
            let value = try node(try events.next(), depth: depth + 1, events, faults)
            if let first = seen[key] {
                faults.fault(
                    next.place, "key \(Wording.quoted(key)) is there already, at line \(first.line)",
                    "keep one of them")
                continue
            }
            seen[key] = next.place
            entries.append(YAMLNode.Entry(key: key, place: next.place, value: value))
        }
    }

    /// Line and column of the byte at `offset`, columns counted in characters as libyaml does.
    static func place(ofByte offset: Int, in bytes: [UInt8], file: String) -> SourcePlace {
        let before = bytes.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") }
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        // A continuation byte of UTF-8 (RFC 3629 section 3) begins no character.
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 }
        return SourcePlace(file: file, line: line + 1, column: column + 1)
    }
}
