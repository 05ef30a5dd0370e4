internal import Codecs
package import Ledger

/// Where a running daemon can be asked how it is: a small file in its data directory.
package struct DaemonAddress: Sendable {
    /// `http://127.0.0.1:8080/`
    package let url: String

    package init(url: String) { self.url = url }

    private static func file(in directory: DataDirectory) -> String { directory.path + "/address" }

    /// Writes the file, whole or not at all. Throws `LedgerError` where the disk refuses.
    package func write(in directory: DataDirectory) throws(LedgerError) {
        try directory.replace(Self.file(in: directory), with: Array((url + "\n").utf8))
    }

    /// What the last daemon on this directory wrote; nil where none ever ran.
    package init?(in directory: DataDirectory) throws(LedgerError) {
        guard let bytes = try DataDirectory.read(Self.file(in: directory)) else { return nil }
        url = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
