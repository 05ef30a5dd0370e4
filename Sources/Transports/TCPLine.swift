internal import Codecs
internal import Linux

/// One line of the engine, a connection or a tty; belongs to the engine's thread.
final class TCPLine {
    let name: String
    let address: LinkAddress
    /// Whether it is a tty, which is asked for every read and write.
    let isTTY: Bool
    let board: LineStatusBoard
    var owner: LineOwner
    /// Cuts what comes where frames carry transaction numbers.
    var framer = MBAPFramer()
    /// The same where they do not; nil where they do.
    var serial: SerialFraming?
    /// The socket or tty while there is one.
    var socket: Int32?
    var isConnecting = false
    /// Tells events and look-ups of this dial from those of earlier ones.
    var generation: UInt32 = 0
    var dials = 0

    init(address: LinkAddress, board: LineStatusBoard, seed: UInt64) {
        (name, self.address, self.board) = (address.lineName, address, board)
        isTTY = address.isTTY
        let settings: LineMachine.Settings
        switch address {
        case .modbusRTUOverTCP:
            serial = .rtu
            settings = .rtuOverTCP
        case .modbusASCII(let tty, _):
            serial = .ascii(hasLocalEcho: tty.hasLocalEcho)
            settings = .ascii(characterNanoseconds: tty.characterNanoseconds)
        case .modbusTCP, .modbusRTU, .serial, .tcp, .dialIn, .usb: settings = .tcp
        }
        owner = LineOwner(machine: LineMachine(settings: settings, seed: seed))
    }

    deinit {
        if let socket { _ = Descriptor(owning: socket) }
    }
}
