/// Where a device dials in that is not dialled itself, and from which addresses it may.
package struct DialInAddress: Sendable, Hashable {
    /// Addresses that may dial in: one device has few.
    static let mostPeers = 16

    /// The address to listen at: `0.0.0.0` for all of this machine's.
    package let host: String
    package let port: UInt16
    /// In the kernel's spelling; at least one.
    package let peers: [String]

    package init(host: String, port: UInt16, peers: [String]) {
        (self.host, self.port, self.peers) = (host, port, peers)
    }

    /// Whether `peer` may dial in. A socket for both versions of IP tells addresses of version 4 as
    /// `::ffff:10.0.0.25`.
    func allows(_ peer: String) -> Bool {
        let mapped = "::ffff:"
        return peers.contains(peer.hasPrefix(mapped) ? String(peer.dropFirst(mapped.count)) : peer)
    }
}
