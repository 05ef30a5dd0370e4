/// Cuts a TCP stream into Open Protocol messages by the length in their headers.
///
/// A NUL ends every message but 0900, and is waited for: by it, and because no NUL may lie within, a length
/// that lies is found before anything of its message counts. Binary samples hold NULs and have none after
/// them, so that 0900 is cut by its length alone (specification R2.16, sections 2.2.4 and 3.8).
///
/// After a fault nothing more is read: digits within data can look like a header, and what is found by
/// searching could be a wrong reading. The driver closes the connection and dials again, which costs nothing:
/// a result that was not acknowledged is sent again, and one that is missing is asked for by its number.
package struct OpenProtocolFramer: Sendable {
    /// Held at most: one unfinished message, its NUL, and what one read brought behind it.
    private var buffer: [UInt8] = []
    private var start = 0
    /// Bytes of this stream before `buffer[start]`.
    private var offset = 0
    private var fault: OpenProtocolError?
    /// Header of the message that begins at `start`, once it has been read.
    private var header: OpenProtocolHeader?

    package init() {}

    /// Bytes that wait for the rest of their message.
    package var pendingBytes: Int { buffer.count - start }
    /// Why the stream is read no further; nil while it is sound.
    package var broken: OpenProtocolError? { fault }

    /// Takes bytes as they came. Ask `next()` until it gives nil before more are given, so that at most one
    /// unfinished message is held. After a fault nothing is taken.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        guard fault == nil else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start >= OpenProtocolHeader.longestMessage {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message; nil asks for more bytes.
    ///
    /// Throws `OpenProtocolError` of kind `framing`, with the offset in the stream, and again the same until
    /// `reset()`.
    package mutating func next() throws(OpenProtocolError) -> OpenProtocolMessage? {
        if let fault { throw fault }
        do {
            return try message()
        } catch {
            fault = error
            buffer = []
            (start, header) = (0, nil)
            throw error
        }
    }

    /// Forgets everything: for a new connection.
    package mutating func reset() { self = OpenProtocolFramer() }

    private mutating func message() throws(OpenProtocolError) -> OpenProtocolMessage? {
        skipFiller()
        guard let header = try readHeader(), pendingBytes >= header.length else { return nil }
        let end = start + header.length
        let isBinary = header.mid == OpenProtocolMessage.binaryMID
        if !isBinary {
            if let nul = buffer[start..<end].firstIndex(of: 0) {
                throw broken(header, at: nul, "a NUL within a message of length \(header.length)")
            }
            guard end < buffer.count else { return nil }
            guard buffer[end] == 0 else {
                let found = OpenProtocolText.quoted(buffer[end...].prefix(8))
                let what = "a message of length \(header.length) is followed by no NUL but \(found)"
                throw broken(header, at: end, what)
            }
        }
        let message = OpenProtocolMessage(header: header, bytes: Array(buffer[start..<end]))
        self.header = nil
        advance(header.length + (isBinary ? 0 : 1))
        return message
    }

    /// The header at `start`, nil while less of it is there; its length and MID are judged as soon as their
    /// bytes are.
    private mutating func readHeader() throws(OpenProtocolError) -> OpenProtocolHeader? {
        if let header { return header }
        for place in 0..<min(pendingBytes, OpenProtocolHeader.count) {
            let byte = buffer[start + place]
            // Length and MID are digits; the rest of the header is digits or blanks.
            let isFit = (0x30...0x39).contains(byte) || (place >= 8 && byte == 0x20)
            guard !isFit else { continue }
            let found = OpenProtocolText.quoted(buffer[start...].prefix(OpenProtocolHeader.count))
            throw OpenProtocolError(
                .framing, byte: offset + place + 1, "no header of a message begins with \(found)")
        }
        guard pendingBytes >= OpenProtocolHeader.count else { return nil }
        do {
            header = try OpenProtocolHeader(buffer[start...])
        } catch {
            throw OpenProtocolError(.framing, byte: offset + (error.byte ?? 1), error.what)
        }
        return header
    }

    /// NULs between messages (some send one after binary samples as well) and ends of lines.
    private mutating func skipFiller() {
        guard header == nil else { return }
        var count = 0
        while start + count < buffer.count, [0x00, 0x0D, 0x0A].contains(buffer[start + count]) { count += 1 }
        advance(count)
    }

    private mutating func advance(_ count: Int) {
        start += count
        offset = offset.addingReportingOverflow(count).partialValue
    }

    private func broken(_ header: OpenProtocolHeader, at index: Int, _ what: String) -> OpenProtocolError {
        OpenProtocolError(
            .framing, mid: header.mid, revision: header.revision, byte: offset + index - start + 1, what)
    }
}
