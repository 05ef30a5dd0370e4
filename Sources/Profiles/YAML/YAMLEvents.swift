internal import CYAML

/// libyaml's stream of events over one text, as Swift values.
///
/// Lives only inside `withEvents`: the parser points into the text.
final class YAMLEvents {
    struct Event {
        let kind: Kind
        let place: SourcePlace
    }

    enum Kind: Equatable {
        /// The stream or a document begins.
        case begin
        case documentEnd
        case end
        case scalar(String, isQuoted: Bool)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: [UInt8]
    private let file: String
    private var documents = 0

    private init(parser: UnsafeMutablePointer<yaml_parser_t>, bytes: [UInt8], file: String) {
        (self.parser, self.bytes, self.file) = (parser, bytes, file)
    }

    /// Runs `body` with the events of `bytes`, which are taken as UTF-8 whatever they begin with.
    static func withEvents<Result>(
        of bytes: [UInt8], file: String, _ body: (YAMLEvents) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        // libyaml keeps a pointer to the parser inside it, so it must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else {
            throw Fault(SourcePlace(file: file), "libyaml has no memory", "free memory and try again")
        }
        defer { yaml_parser_delete(parser) }
        let text = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        defer { text.deallocate() }
        _ = text.initialize(from: bytes)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
        return try body(YAMLEvents(parser: parser, bytes: bytes, file: file))
    }

    /// The next event. Throws where the text is no YAML, or uses what is refused.
    func next() throws(Fault) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxFault() }
        defer { yaml_event_delete(&event) }
        let place = place(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return Event(kind: .begin, place: place)
        case YAML_DOCUMENT_START_EVENT:
            documents += 1
            guard documents == 1 else {
                throw Fault(place, "a second document begins", "keep one document a file: remove `---`")
            }
            return Event(kind: .begin, place: place)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, place: place)
        case YAML_SCALAR_EVENT: return Event(kind: try scalar(event.data.scalar, place), place: place)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            try refuse(anchor: start.anchor, tag: start.tag, place)
            return Event(kind: .sequenceStart, place: place)
        case YAML_SEQUENCE_END_EVENT: return Event(kind: .sequenceEnd, place: place)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            try refuse(anchor: start.anchor, tag: start.tag, place)
            return Event(kind: .mappingStart, place: place)
        case YAML_MAPPING_END_EVENT: return Event(kind: .mappingEnd, place: place)
        case YAML_ALIAS_EVENT: throw Fault(place, "an alias stands here", "write the value out")
        default: return Event(kind: .end, place: place)
        }
    }

    private func scalar(
        _ scalar: yaml_event_s.__Unnamed_union_data.__Unnamed_struct_scalar, _ place: SourcePlace
    ) throws(Fault) -> Kind {
        try refuse(anchor: scalar.anchor, tag: scalar.tag, place)
        let text = String(
            decoding: UnsafeBufferPointer(start: scalar.value, count: Int(scalar.length)), as: UTF8.self)
        return .scalar(text, isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE)
    }

    private func refuse(
        anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?, _ place: SourcePlace
    ) throws(Fault) {
        if anchor != nil { throw Fault(place, "an anchor stands here", "remove it; values are written out") }
        if tag != nil { throw Fault(place, "a tag stands here", "remove it; keys say what a value is") }
    }

    private func syntaxFault() -> Fault {
        let said = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        let context = parser.pointee.context.map { String(cString: $0) + ": " } ?? ""
        let isReader = parser.pointee.error == YAML_READER_ERROR
        let place =
            isReader
            ? YAMLReader.place(
                ofByte: min(Int(parser.pointee.problem_offset), bytes.count), in: bytes, file: file)
            : place(parser.pointee.problem_mark)
        return Fault(
            place, "this is no YAML: \(context)\(said)", "check quotes, brackets and indentation here")
    }

    private func place(_ mark: yaml_mark_t) -> SourcePlace {
        SourcePlace(file: file, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
