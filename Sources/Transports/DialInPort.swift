internal import Glibc
internal import Linux

/// The port at which one device dials in. One connection is served at a time; whoever else dials is turned
/// away. It belongs to the line's thread.
final class DialInPort {
    private let address: DialInAddress
    private let name: String
    private let listener: Descriptor
    /// The connection to be served next, and who dialled it.
    private var next: (connection: Int32, peer: String)?
    /// Who is served.
    private var served: String?
    /// When it was told last that somebody was turned away.
    private var toldAt: Int64?

    /// Calls that are answered in one go, so that a flood of them starves nothing else.
    private static let mostCalls = 16
    /// Pause after a call that there was no room for.
    private static let pauseMicroseconds: UInt32 = 100_000
    /// Pause between two tellings: who is turned away may dial ten times a second.
    private static let tellingPause: Int64 = 10_000_000_000

    /// Throws `TransportError` where the port cannot be had.
    init(_ address: DialInAddress, name: String) throws(TransportError) {
        (self.address, self.name) = (address, name)
        guard let place = SocketAddress(numericHost: address.host, port: address.port) else {
            throw TransportError(name, "\(address.host) is no address", remedy: "write 0.0.0.0")
        }
        do throws(SystemCallError) {
            listener = try TCPSocket.listen(at: place)
        } catch {
            throw TransportError(
                name, "cannot listen: \(error.reason)",
                remedy: "end what listens there (`ss -ltnp` names it), or choose another port")
        }
    }

    deinit { dropNext() }

    /// The number to wait on for callers.
    var number: Int32 { listener.number }

    /// Whether somebody waits to be served.
    var hasNext: Bool { next != nil }

    /// The connection of who dialled in; throws `TransportError` while nobody has.
    func open() throws(TransportError) -> BytePort {
        guard let caller = next else {
            let peers = address.peers.joined(separator: ", ")
            throw TransportError(
                name, "no controller has dialled in",
                remedy: "set this machine and port \(address.port) in the controller at \(peers)")
        }
        (next, served) = (nil, caller.peer)
        return BytePort(Descriptor(owning: caller.connection))
    }

    /// The connection that was served is over.
    func close() { served = nil }

    /// Answers who has dialled in by now; what there is to tell of those that were turned away, seldom.
    ///
    /// A second call from the address that is served is that device, which has lost its connection: it takes
    /// the place of the first.
    func answer(at nanoseconds: Int64) -> String? {
        var text: String?
        for _ in 0..<Self.mostCalls {
            let call: (connection: Int32, peer: String)?
            do throws(SystemCallError) {
                call = try TCPSocket.accept(
                    at: listener.number, unacknowledgedMilliseconds: BytePort.unacknowledgedMilliseconds)
            } catch {
                text = "\(name) cannot take a call: \(error.reason)"
                // It goes on waiting: without a pause this would be asked over and over.
                usleep(Self.pauseMicroseconds)
                break
            }
            guard let call else { break }
            if let reason = refusal(of: call.peer) {
                _ = Descriptor(owning: call.connection)
                text = "\(call.peer) dialled \(name) and was turned away: \(reason)"
                continue
            }
            dropNext()
            next = call
        }
        guard let text, toldAt.map({ nanoseconds - $0 >= Self.tellingPause }) ?? true else { return nil }
        toldAt = nanoseconds
        return text
    }

    /// Why `peer` is not served, and what to do; nil where it may be.
    private func refusal(of peer: String) -> String? {
        guard address.allows(peer) else {
            return "it is not among those that may: add it to `from` where it should be"
        }
        guard let other = served ?? next?.peer, other != peer else { return nil }
        return "\(other) is served here: give each controller a port of its own"
    }

    private func dropNext() {
        if let next { _ = Descriptor(owning: next.connection) }
        next = nil
    }
}
