extension PartMark {
    /// The bytes that `text` writes for a mark typed at a command line.
    ///
    /// `\x1d` is the byte 1D, `\\` a backslash, everything else its UTF-8. Throws `MarkError` for any other
    /// escape, with the offset of its backslash in the text's UTF-8.
    package static func unescape(_ text: String) throws(MarkError) -> [UInt8] {
        let characters = Array(text.utf8)
        let backslash = UInt8(ascii: "\\")
        var bytes: [UInt8] = []
        var position = 0
        while position < characters.count {
            guard characters[position] == backslash else {
                bytes.append(characters[position])
                position += 1
                continue
            }
            let rest = characters[(position + 1)...]
            if rest.first == backslash {
                bytes.append(backslash)
                position += 2
            } else if rest.first == UInt8(ascii: "x"), rest.count >= 3,
                let byte = Hex.bytes(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)),
                byte.count == 1
            {
                bytes += byte
                position += 4
            } else {
                throw MarkError(
                    #"an unknown escape: write \x and two hexadecimal digits, or \\"#, at: position)
            }
        }
        return bytes
    }

    /// `bytes` as text that `unescape` reads back: printable ASCII as it is, a backslash doubled, all else
    /// as `\xHH`. Nothing of a mark that is shown so can move a cursor or forge a line.
    package static func escape(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            if byte == UInt8(ascii: "\\") {
                text += #"\\"#
            } else if (0x20...0x7E).contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += #"\x"# + Hex.text([byte])
            }
        }
        return text
    }
}
