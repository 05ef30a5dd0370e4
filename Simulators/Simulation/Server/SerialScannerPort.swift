internal import Glibc

/// A barcode scanner on a serial line: the code, then its suffix.
final class SerialScannerPort {
    private let terminal: PseudoTerminal
    private let stream: ByteStream
    private let suffix: [UInt8]

    init(_ terminal: PseudoTerminal, suffix: [UInt8]) {
        (self.terminal, self.suffix) = (terminal, suffix)
        stream = ByteStream(terminal.descriptor)
    }

    /// Throws `SimulationError` where the line takes no more.
    func send(_ code: ScannedCode) throws(SimulationError) {
        guard stream.send(code.text + suffix) else {
            throw SimulationError(.refused, terminal.link, "nobody reads this line any more")
        }
    }
}
