internal import CMicroHTTPD

/// One subscription on its way out through one connection of libmicrohttpd.
///
/// libmicrohttpd asks for bytes. Where there are none the connection is suspended, and resumed by the next
/// event; both happen under the subscription's lock, so that neither overtakes the other.
final class EventStream: Sendable {
    /// Bytes asked for at a time where a client speaks HTTP/1.0; to others libmicrohttpd sends chunks.
    private static let blockBytes = 4096

    private let hub: EventHub
    private let subscription: EventSubscription
    /// The connection's address; a number, because a pointer may not cross threads. It is valid until
    /// libmicrohttpd frees the response, which first ends the subscription.
    private let connection: UInt
    private let onRelease: @Sendable (EventStream) -> Void

    /// Nil where the hub takes no more clients. `onRelease` is called when libmicrohttpd lets go of the
    /// response.
    init?(
        hub: EventHub, after lastEventID: String?, connection: OpaquePointer,
        onRelease: @escaping @Sendable (EventStream) -> Void
    ) {
        let address = UInt(bitPattern: connection)
        let subscription = hub.subscribe(after: lastEventID) {
            MHD_resume_connection(OpaquePointer(bitPattern: address))
        }
        guard let subscription else { return nil }
        self.hub = hub
        self.subscription = subscription
        self.connection = address
        self.onRelease = onRelease
    }

    /// Ends the stream; its connection closes when libmicrohttpd next asks for more.
    func end() { hub.unsubscribe(subscription) }

    /// A response without an end, read from this stream, which it keeps alive.
    func response() -> OpaquePointer? {
        let retained = Unmanaged.passRetained(self)
        let response = MHD_create_response_from_callback(
            UInt64.max, Self.blockBytes,
            { cls, _, buffer, size in
                EventStream.at(cls)?.read(buffer, size) ?? MHD_CONTENT_READER_END_WITH_ERROR
            },
            retained.toOpaque(),
            { cls in
                guard let cls else { return }
                Unmanaged<EventStream>.fromOpaque(cls).takeRetainedValue().release()
            })
        if response == nil { retained.takeRetainedValue().release() }
        return response
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> EventStream? {
        pointer.map { Unmanaged<EventStream>.fromOpaque($0).takeUnretainedValue() }
    }

    private func read(_ buffer: UnsafeMutablePointer<CChar>?, _ size: Int) -> Int {
        let target = UnsafeMutableRawBufferPointer(start: buffer, count: buffer == nil ? 0 : size)
        let reading = subscription.read(into: target) {
            MHD_suspend_connection(OpaquePointer(bitPattern: connection))
        }
        switch reading {
        case .bytes(let count): return count
        case .parked: return 0
        case .over: return MHD_CONTENT_READER_END_OF_STREAM
        }
    }

    private func release() {
        end()
        onRelease(self)
    }
}
