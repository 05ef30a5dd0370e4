internal import CMicroHTTPD
internal import Glibc
internal import Linux

/// The one HTTP listener of the daemon: libmicrohttpd on one epoll thread.
///
/// Every request is read whole, within `WebLimits`, before its route sees it. Malformed and oversize
/// requests, unknown paths and methods and foreign origins are refused here, so that a route decides only
/// what is its own.
package final class WebServer: Sendable {
    private struct Running {
        let daemon: OpaquePointer
        let desk: Unmanaged<WebDesk>
        let port: UInt16
    }

    private let host: String
    private let wantedPort: UInt16
    private let routes: [Route]
    private let limits: WebLimits
    private let log: @Sendable (String) -> Void
    private let running = Guarded<Running?>(nil)

    /// A server that will listen on `host` (an IP address or `localhost`) and `port` (0: one that is free).
    ///
    /// `log` receives, one line each and without control characters, what libmicrohttpd says of failing
    /// connections; it is called on the server's thread.
    package init(
        host: String, port: UInt16, routes: [Route], limits: WebLimits = WebLimits(),
        log: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.wantedPort = port
        self.routes = routes
        self.limits = limits
        self.log = log
    }

    deinit { stop() }

    /// The port that the server listens on; nil while it is stopped.
    package var port: UInt16? { running.withLock { $0?.port } }

    /// Begins to listen; does nothing where it already does.
    ///
    /// Throws `WebError` where the address is none of this machine's, the port is taken or needs privileges.
    package func start() throws(WebError) {
        try running.withLock { running throws(WebError) in
            if running == nil { running = try launch() }
        }
    }

    /// Ends every stream, closes every connection and frees the port; does nothing where it is stopped.
    package func stop() {
        let stopped = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let stopped else { return }
        stopped.desk.takeUnretainedValue().endStreams()
        MHD_stop_daemon(stopped.daemon)
        stopped.desk.release()
    }

    private func launch() throws(WebError) -> Running {
        let descriptor = try ListeningSocket.open(host: host, port: wantedPort)
        guard let port = ListeningSocket.port(of: descriptor) else {
            let number = errno
            close(descriptor)
            throw .listening(at: "\(host):\(wantedPort)", port: wantedPort, errno: number)
        }
        let table = RouteTable(routes, sameOrigin: SameOrigin(host: host, port: port))
        let desk = Unmanaged.passRetained(WebDesk(routes: table, limits: limits, log: log))
        guard let daemon = WebCallbacks.startDaemon(on: descriptor, limits: limits, desk: desk) else {
            desk.release()
            throw WebError(
                place: "\(host):\(port)", what: "libmicrohttpd did not start",
                remedy: "look for a limit on threads, memory or open files and start again")
        }
        return Running(daemon: daemon, desk: desk, port: port)
    }
}
