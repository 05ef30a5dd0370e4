/// Why bytes are no Open Protocol, or why a message cannot be written: what, where, and what to do.
package struct OpenProtocolError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for code that acts on it.
    package enum Kind: Sendable, Equatable {
        /// The stream has no known boundary of messages any more: close the connection and dial again.
        case framing
        /// A whole message whose content is not what its MID and revision say: nothing of it counts.
        case malformed
        /// Parts of a linked message that do not follow one another (MID 9998, error 0004).
        case partMismatch
        /// The request cannot be put into a message: a value is out of the range that its field has.
        case limit
    }

    package let kind: Kind
    /// The message's MID and revision; nil where its header could not be read.
    package let mid: Int?
    package let revision: Int?
    /// Where in its message the fault lies, counted from 1 as the specification does; for `framing`, from the
    /// beginning of the stream.
    package let byte: Int?
    /// What is wrong, with what would be right; printable ASCII.
    package let what: String

    package init(_ kind: Kind, mid: Int? = nil, revision: Int? = nil, byte: Int? = nil, _ what: String) {
        (self.kind, self.mid, self.revision, self.byte, self.what) = (kind, mid, revision, byte, what)
    }

    /// What a person or a program does about it.
    package var remedy: String {
        switch kind {
        case .framing: "close the connection and dial again; what was not acknowledged is sent again"
        case .malformed: "keep the bytes and compare this revision with the controller's manual"
        case .partMismatch: "refuse the message with MID 9998 code 0004"
        case .limit: "correct the request"
        }
    }

    /// `MID 0061 revision 1: byte 139: expected parameter 15, found "16"`.
    package var description: String {
        var places: [String] = []
        if let mid {
            let number = OpenProtocolText.padded(mid, 4)
            places.append(revision.map { "MID \(number) revision \($0)" } ?? "MID \(number)")
        }
        if let byte { places.append("byte \(byte)") }
        return (places + [what]).joined(separator: ": ")
    }
}
