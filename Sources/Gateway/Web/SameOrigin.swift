/// Whether a request that changes something comes from our own page.
///
/// A page of any site in a local browser can send a POST to this machine. The browser itself says in Origin
/// which page sent it and in Host which name was dialled (RFC 6454 section 7, Fetch standard "Origin"), so
/// both must be ours: Host against names bound by an attacker's DNS, Origin against foreign pages.
struct SameOrigin: Sendable {
    private let hosts: Set<String>

    /// For a server bound to `host` (an address as configured) and `port`.
    init(host: String, port: UInt16) {
        var names: Set<String> = [host.contains(":") ? "[\(host)]" : host]
        if host == "localhost" || host.hasPrefix("127.") || host == "::1" {
            names.formUnion(["localhost", "127.0.0.1", "[::1]"])
        }
        var hosts = Set(names.map { "\($0):\(port)" })
        if port == 80 { hosts.formUnion(names) }
        self.hosts = hosts
    }

    /// Why the request is refused, in words; nil where Host and Origin are ours and agree.
    func objection(host: String?, origin: String?) -> String? {
        guard let host = host?.lowercased(), hosts.contains(host) else {
            return "Host must be one of \(hosts.sorted().joined(separator: ", "))"
        }
        guard origin?.lowercased() == "http://\(host)" else {
            return "Origin must be http://\(host), as a browser sends it from the station page"
        }
        return nil
    }
}
