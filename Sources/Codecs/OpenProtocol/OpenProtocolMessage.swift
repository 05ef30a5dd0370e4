/// One whole message: its header, and its data as they came.
package struct OpenProtocolMessage: Sendable, Equatable {
    /// The MID whose data end in binary samples, before which a NUL stands and after which none does
    /// (specification R2.16, section 2.2.4, table 2: it is the only one).
    package static let binaryMID = 900

    package let header: OpenProtocolHeader
    /// Header and data without the NUL after them; of a message put together of parts, the first header.
    package let bytes: [UInt8]

    package var mid: Int { header.mid }
    package var revision: Int { header.revision }
    /// What follows the header: bytes 21 to the end.
    package var data: ArraySlice<UInt8> { bytes.dropFirst(OpenProtocolHeader.count) }

    /// `bytes` are as long as `header` says, or made of parts that were.
    init(header: OpenProtocolHeader, bytes: [UInt8]) { (self.header, self.bytes) = (header, bytes) }

    /// The one message that `bytes` are, with or without a NUL after it: what a record or a capture holds.
    ///
    /// Throws `OpenProtocolError` of kind `framing` for what the framer would not give as one message.
    package init(_ bytes: [UInt8]) throws(OpenProtocolError) {
        var framer = OpenProtocolFramer()
        framer.append(bytes)
        if bytes.last != 0 { framer.append([0]) }
        guard let message = try framer.next(), try framer.next() == nil, framer.pendingBytes == 0 else {
            throw OpenProtocolError(.framing, byte: 1, "\(bytes.count) bytes that are not one whole message")
        }
        self = message
    }

    /// A message to be sent; the length is set here.
    ///
    /// Throws `OpenProtocolError` of kind `limit` where a header field or the length has no room.
    package init(_ header: OpenProtocolHeader, data: [UInt8] = []) throws(OpenProtocolError) {
        var header = header
        header.length = OpenProtocolHeader.count + data.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.length)
        try header.append(to: &bytes)
        bytes.append(contentsOf: data)
        self.init(header: header, bytes: bytes)
    }

    /// As it goes over TCP: the message and the NUL that ends it, which binary samples do not have.
    package var wire: [UInt8] { mid == Self.binaryMID ? bytes : bytes + [0] }
}
