import Testing

@testable import Codecs

/// Marks as tests write them.
enum MarkSamples {
    /// A message of format `format` with `fields`, as ISO/IEC 15434 writes it.
    static func message(_ format: String, _ fields: [String]) -> [UInt8] {
        let header: [UInt8] = [0x5B, 0x29, 0x3E, 0x1E]
        return header + Array(format.utf8) + fields.flatMap { [0x1D] + Array($0.utf8) } + [0x1E, 0x04]
    }

    /// Element strings with GS between them, as a reader sends a GS1 symbol.
    static func gs1(_ fields: [String]) -> [UInt8] { Array(fields.joined(separator: "\u{1D}").utf8) }

    /// Why `bytes` are refused; nil where they are read.
    static func refusal(_ bytes: [UInt8], symbology: String? = nil) -> MarkError? {
        do throws(MarkError) {
            _ = try PartMark.parse(bytes, symbology: symbology)
            return nil
        } catch { return error }
    }

    static func refusal(_ text: String, symbology: String? = nil) -> MarkError? {
        refusal(Array(text.utf8), symbology: symbology)
    }

    /// Expects that `text` is refused at `offset`, for a reason that says `reason`.
    static func expectRefusal(
        _ text: String, symbology: String? = nil, at offset: Int, saying reason: String,
        at place: SourceLocation = #_sourceLocation
    ) {
        guard let error = refusal(text, symbology: symbology) else {
            Issue.record("\(text) is read", sourceLocation: place)
            return
        }
        #expect(error.offset == offset, "\(error)", sourceLocation: place)
        #expect(error.what.contains(reason), "\(error)", sourceLocation: place)
    }
}
