/// A head of the tree: how many entries there are and what hash covers them (C2SP tlog-checkpoint).
package struct Checkpoint: Sendable, Equatable {
    /// Which ledger this is a head of: `plumbline/SITE/GATEWAY`.
    package let origin: String
    package let size: Int64
    /// 32 bytes.
    package let root: [UInt8]

    package init(origin: String, size: Int64, root: [UInt8]) {
        (self.origin, self.size, self.root) = (origin, size, root)
    }

    /// Origin, size and root, a line each: what the signature covers.
    package var text: String { "\(origin)\n\(size)\n\(Base64.text(root))\n" }

    /// The checkpoint that `text` writes; nil where it writes none. Lines after the third are extensions and
    /// are refused: this ledger writes none.
    package init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty, !lines[0].isEmpty, let size = Int64(lines[1]),
            size >= 0, String(size) == lines[1], let root = Base64.bytes(lines[2]),
            root.count == SHA256Digest.count
        else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
    }
}

/// A text with signatures under it (C2SP signed-note).
package struct SignedNote: Sendable, Equatable {
    /// One signature line.
    package struct Signature: Sendable, Equatable {
        package let name: String
        /// First four bytes of the hash of the key.
        package let keyID: [UInt8]
        package let bytes: [UInt8]

        package init(name: String, keyID: [UInt8], bytes: [UInt8]) {
            (self.name, self.keyID, self.bytes) = (name, keyID, bytes)
        }
    }

    /// What is signed; ends with a line feed.
    package let text: String
    package let signatures: [Signature]

    /// C2SP signed-note: readers must take at least 16 signatures; more than that is refused here.
    private static let mostSignatures = 16

    package init(text: String, signatures: [Signature]) {
        (self.text, self.signatures) = (text, signatures)
    }

    /// The note that `note` writes: text, an empty line, signature lines; split at the last empty line.
    ///
    /// Nil where it writes none: control characters, a malformed signature line, too many of them.
    package init?(_ note: String) {
        let bytes = Array(note.utf8)
        guard bytes.last == UInt8(ascii: "\n"), bytes.allSatisfy({ $0 >= 0x20 || $0 == 0x0A }) else {
            return nil
        }
        let feed = UInt8(ascii: "\n")
        guard let blank = bytes.indices.dropLast().last(where: { bytes[$0] == feed && bytes[$0 + 1] == feed })
        else { return nil }
        let lines = String(decoding: bytes[(blank + 2)...], as: UTF8.self).split(separator: "\n")
        guard (1...Self.mostSignatures).contains(lines.count) else { return nil }
        var signatures: [Signature] = []
        for line in lines {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "\u{2014}", !words[1].isEmpty,
                let body = Base64.bytes(words[2]), body.count > 4
            else { return nil }
            signatures.append(
                Signature(name: String(words[1]), keyID: Array(body[..<4]), bytes: Array(body[4...])))
        }
        self.init(text: String(decoding: bytes[...blank], as: UTF8.self), signatures: signatures)
    }

    /// The note as it is stored and handed on.
    package var note: String {
        text + "\n"
            + signatures.map { "\u{2014} \($0.name) \(Base64.text($0.keyID + $0.bytes))\n" }.joined()
    }
}
