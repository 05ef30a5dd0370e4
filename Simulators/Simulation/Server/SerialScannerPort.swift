internal import Glibc

/// A barcode scanner on a serial line: its AIM identifier where it is set to send that, the code, its suffix.
final class SerialScannerPort {
    private let terminal: PseudoTerminal
    private let stream: ByteStream
    private let suffix: [UInt8]
    private let sendsAIM: Bool

    init(_ terminal: PseudoTerminal, suffix: [UInt8], sendsAIM: Bool) {
        (self.terminal, self.suffix, self.sendsAIM) = (terminal, suffix, sendsAIM)
        stream = ByteStream(terminal.descriptor)
    }

    /// Throws `SimulationError` where the line takes no more.
    func send(_ code: ScannedCode) throws(SimulationError) {
        guard stream.send((sendsAIM ? Array(code.aim.utf8) : []) + code.text + suffix) else {
            throw SimulationError(.refused, terminal.link, "nobody reads this line any more")
        }
    }
}
