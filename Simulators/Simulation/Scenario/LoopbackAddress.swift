/// An address that only this machine reaches.
package enum LoopbackAddress {
    /// Host and port of `127.x.y.z:PORT`; nil for anything else. Port 0 lets the system choose.
    package static func parse(_ text: String) -> (host: String, port: Int)? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), parts[1].utf8.count <= 5 else { return nil }
        let bytes = parts[0].split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard bytes.count == 4, bytes[0] == 127, !bytes.contains(nil), parts[0].utf8.count <= 15 else {
            return nil
        }
        return (String(parts[0]), Int(port))
    }
}
