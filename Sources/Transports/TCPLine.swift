internal import Codecs
internal import Linux

/// One connection of the engine; belongs to the engine's thread.
final class TCPLine {
    let name: String
    let host: String
    let port: UInt16
    let board: LineStatusBoard
    var owner: LineOwner
    var framer = MBAPFramer()
    /// The socket while there is one.
    var socket: Int32?
    var isConnecting = false
    /// Tells events and look-ups of this dial from those of earlier ones.
    var generation: UInt32 = 0
    /// Whether it is on the list of lines that this wake-up has touched.
    var isTouched = false
    var dials = 0

    init(name: String, host: String, port: UInt16, board: LineStatusBoard, seed: UInt64) {
        (self.name, self.host, self.port, self.board) = (name, host, port, board)
        owner = LineOwner(machine: LineMachine(settings: .tcp, seed: seed))
    }

    deinit {
        if let socket { _ = Descriptor(owning: socket) }
    }
}
