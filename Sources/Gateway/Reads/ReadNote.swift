package import Codecs
import Glibc
import Inspection
package import Ledger
package import Metrology
import Transports

/// A note that a command read records, for the gateway to enter into the ledger.
package struct ReadNote: Sendable {
    private let id: String
    private let body: JSONValue

    /// `command` read what was `asked`, and found so many.
    package init(
        command: String, asked: [String: JSONValue], found: Int, at stamp: Stamp = SystemTime().now()
    ) {
        var generator = SystemRandomNumberGenerator()
        id = RecordID.make(at: stamp.utc, using: &generator)
        body = AuditEvent.recordRead.body(
            at: Moment(stamp: stamp, clock: ClockState.ofThisMachine()), station: nil,
            [
                "command": .string(command), "asked": .object(asked), "found": .number(Int64(found)),
                "by": Self.reader, "from": Self.place,
            ])
    }

    /// Leaves the note in the data directory; it is durable when this returns. False where this user may only
    /// read there: in a copy, or on a medium that takes nothing. Throws where it should be taken and is not.
    package func leave(in directory: DataDirectory) throws(LedgerError) -> Bool {
        let box = ActBox(directory)
        guard box.isWritable else { return false }
        try box.leave(body, id: id)
        return true
    }

    /// Who runs this: the account, and the one that logged in, which `sudo` does not change.
    private static var reader: JSONValue {
        let user = getpwuid(geteuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
        // Where the kernel knows of no login, the file is missing or has 2³²-1 (proc(5)).
        let login = (try? DataDirectory.read("/proc/self/loginuid", most: 64)) ?? nil
        let loginID = login.flatMap { Int64(String(decoding: $0, as: UTF8.self)) }
        return [
            "user": .optional(user),
            "login_uid": loginID.flatMap { $0 < Int64(UInt32.max) ? .number($0) : nil } ?? .null,
        ]
    }

    /// Where they sit.
    private static var place: JSONValue {
        let terminal = ttyname(STDIN_FILENO).map { String(cString: $0) }
        // "client-ip client-port server-port" or with the server's address too (ssh(1)).
        let remote = getenv("SSH_CONNECTION").map { String(cString: $0) }?.split(separator: " ").first
        return ["tty": .optional(terminal), "address": .optional(remote.map { String($0.prefix(64)) })]
    }
}
