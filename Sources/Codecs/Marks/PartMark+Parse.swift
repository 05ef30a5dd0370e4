extension PartMark {
    /// Reads the mark in `bytes`; `symbology` is the AIM identifier where the scanner sends it apart.
    ///
    /// An AIM identifier before the mark's own bytes is recognised too. Throws `MarkError` with reason and
    /// byte offset for everything that is not wholly one of the forms that are read.
    package static func parse(_ bytes: [UInt8], symbology: String? = nil) throws(MarkError) -> PartMark {
        guard bytes.count <= longestMark else {
            throw MarkError(
                "the mark is longer than any symbol holds (\(longestMark) bytes)", at: longestMark)
        }
        let (given, start) = try identifier(of: bytes, given: symbology)
        guard bytes.count > start else { throw MarkError("the mark is empty", at: start) }
        do throws(MarkError) {
            return try read(start == 0 ? bytes : Array(bytes[start...]), given)
        } catch { throw start == 0 ? error : error.moved(by: start) }
    }

    /// The AIM identifier, and where the mark begins after it.
    private static func identifier(
        of bytes: [UInt8], given: String?
    ) throws(MarkError) -> (AIMIdentifier?, Int) {
        let marked = AIMIdentifier(bytes.prefix(3))
        guard let given else { return (marked, marked == nil ? 0 : 3) }
        guard let identifier = AIMIdentifier(given.utf8) else {
            throw MarkError("the scanner's symbology is no AIM identifier such as ]d1", at: 0)
        }
        guard let marked else { return (identifier, 0) }
        guard marked == identifier else {
            throw MarkError(
                "the scanner says \(identifier.text) and the mark begins with \(marked.text)", at: 0)
        }
        return (identifier, 3)
    }

    private static func read(_ text: [UInt8], _ symbology: AIMIdentifier?) throws(MarkError) -> PartMark {
        let isMessage = text.starts(with: ISO15434Message.header)
        guard isMessage || !ISO15434Message.header.starts(with: text) else {
            throw MarkError("the message ends within its header", at: text.count)
        }
        try check(symbology, isMessage: isMessage)
        if isMessage { return try iso15434(text, symbology?.text) }
        // Some scanners send the first FNC1 as GS, with its AIM identifier or instead of it. After an
        // identifier that says there is none, it contradicts it.
        let isLed = text[0] == GS1ElementString.separator
        if symbology?.isGS1 ?? isLed { return try gs1(text, from: isLed ? 1 : 0, symbology?.text) }
        if MarkAddress.isAddress(text) { return try address(text, symbology?.text) }
        return try plain(text, symbology?.text)
    }

    /// Refuses what the symbology rules out.
    private static func check(_ symbology: AIMIdentifier?, isMessage: Bool) throws(MarkError) {
        guard let symbology else { return }
        switch symbology.functionCharacter {
        case .first where isMessage:
            throw MarkError(
                "\(symbology.text) says GS1 element strings, and the mark is an ISO/IEC 15434 message", at: 0)
        case .firstWithInterpretation:
            throw MarkError(
                "\(symbology.text): GS1 element strings with extended channel interpretation, which GS1 does "
                    + "not have", at: 0)
        case .second:
            throw MarkError(
                "\(symbology.text): FNC1 in the second place, an industry's own format; what is read: "
                    + formatsRead, at: 0)
        case .first, nil: break
        }
        guard !symbology.isTradeItem else {
            throw MarkError(
                "\(symbology.text): an EAN or UPC code names a kind of item and no single part", at: 0)
        }
    }

    private static func iso15434(_ text: [UInt8], _ symbology: String?) throws(MarkError) -> PartMark {
        let message = try ISO15434Message(text)
        let identity = try ItemIdentity(message.elements, message.vocabulary)
        return PartMark(
            text, symbology: symbology, format: .iso15434(format: message.format),
            elements: message.elements, identity: identity)
    }

    private static func gs1(
        _ text: [UInt8], from start: Int, _ symbology: String?
    ) throws(MarkError) -> PartMark {
        guard start < text.count else { throw MarkError("the mark is empty", at: start) }
        let elements = try GS1ElementString.elements(text[start...])
        return PartMark(
            text, symbology: symbology, format: .gs1, elements: elements,
            identity: try ItemIdentity(elements, .applicationIdentifiers))
    }

    private static func address(_ text: [UInt8], _ symbology: String?) throws(MarkError) -> PartMark {
        let address = try MarkAddress(text)
        if let part = PartPage.part(text, address) {
            return PartMark(text, symbology: symbology, format: .partPage, serial: nil, partID: part)
        }
        guard let elements = try GS1DigitalLink.elements(text, address) else {
            throw MarkError("a web address that names no part; what is read: \(formatsRead)", at: 0)
        }
        return PartMark(
            text, symbology: symbology, format: .digitalLink, elements: elements,
            identity: try ItemIdentity(elements, .applicationIdentifiers))
    }

    private static func plain(_ text: [UInt8], _ symbology: String?) throws(MarkError) -> PartMark {
        for offset in text.indices where !(0x21...0x7E).contains(text[offset]) {
            throw unprintable(text[offset], at: offset)
        }
        guard plainLength.contains(text.count) else {
            throw MarkError(
                "\(text.count) characters where a plain code has \(plainLength.upperBound) at most",
                at: plainLength.upperBound)
        }
        guard !isReadableForm(text) else {
            throw MarkError(
                "application identifiers in parentheses: that is how people read them, no mark holds them; "
                    + "scan the code", at: 0)
        }
        let serial = String(decoding: text, as: UTF8.self)
        return PartMark(text, symbology: symbology, format: .plain, serial: serial, partID: nil)
    }

    private static func unprintable(_ byte: UInt8, at offset: Int) -> MarkError {
        let isSeparator = byte == GS1ElementString.separator
        return MarkError(
            "byte \(Hex.text([byte])) in a serial number, which has printable ASCII without blanks"
                + (isSeparator ? "; for a GS1 mark, let the scanner send AIM identifiers (]d2, ]C1)" : ""),
            at: offset)
    }

    /// Whether `text` begins as GS1 prints element strings under a symbol: `(01)`.
    private static func isReadableForm(_ text: [UInt8]) -> Bool {
        guard text.first == UInt8(ascii: "("), let end = text.firstIndex(of: UInt8(ascii: ")")) else {
            return false
        }
        return GS1ElementString.isIdentifier(text[1..<end])
    }
}
