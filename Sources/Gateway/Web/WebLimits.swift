/// What one client, and all of them together, may cost the daemon.
package struct WebLimits: Sendable {
    /// Bytes of a request's body; a scan is at most 7,089 characters (ISO/IEC 18004, version 40-L).
    package var bodyBytes = 65_536
    /// Bytes of an oversize body that are read and thrown away so that its sender can read the refusal;
    /// beyond it the connection is cut.
    package var drainedBytes = 1_048_576
    /// Bytes of memory a connection may use, which bounds request line and headers; beyond it libmicrohttpd
    /// answers 431 or 414.
    package var connectionBytes = 32_768
    /// Connections open at once; the next ones wait in the kernel's queue.
    package var connections = 600
    /// Seconds without a byte from or to a client before its connection is closed. A connection that waits
    /// for the next event is not counted as silent.
    package var silentSeconds = 10

    package init() {}
}
