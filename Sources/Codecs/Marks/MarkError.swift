/// A mark that is refused: why, and at which byte of what was scanned.
package struct MarkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong and, where it helps, what to do: printable ASCII, no byte of the mark as it is.
    package let what: String
    /// Offset of the offending byte from the beginning of what was scanned; where bytes are missing, of where
    /// they would be.
    package let offset: Int

    init(_ what: String, at offset: Int) { (self.what, self.offset) = (what, offset) }

    /// This refusal where `count` bytes stood before what was looked at.
    func moved(by count: Int) -> MarkError { MarkError(what, at: offset + count) }

    package var description: String { "byte \(offset): \(what)" }
}
