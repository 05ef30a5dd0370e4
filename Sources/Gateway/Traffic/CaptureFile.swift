package import Codecs
internal import Glibc
internal import Linux

/// A pcapng file that grows frame by frame; each write leaves it readable.
///
/// A file that is there already is continued with a new section, after what a crash left unfinished at its
/// end has been cut off. Belongs to one thread.
package final class CaptureFile {
    private let file: Descriptor
    private let path: String
    private var capture = ModbusCapture()

    /// Opens `path` or makes it; throws `GatewayError` where it cannot be written or is no capture.
    package init(_ path: String) throws(GatewayError) {
        let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard number >= 0 else { throw Self.error(path, SystemCallError("open").reason) }
        file = Descriptor(owning: number)
        self.path = path
        let end = try Self.endOfLastBlock(file.number, path)
        guard ftruncate(number, end) == 0, lseek(number, end, SEEK_SET) == end else {
            throw Self.error(path, SystemCallError("ftruncate").reason)
        }
        try write(capture.header(application: "plumbline \(BuildVersion.text)"))
    }

    /// Writes frames of one line. Throws `GatewayError` where the disk refuses: then the capture is over.
    package func write(
        _ frames: [CapturedFrame], of line: String, dropped: UInt64 = 0
    ) throws(GatewayError) {
        var bytes: [UInt8] = []
        for (index, frame) in frames.enumerated() {
            bytes += capture.packet(frame, of: line, dropped: index == 0 ? dropped : 0)
        }
        try write(bytes)
    }

    /// Writes how much each line has in the file, and what it lacks.
    package func close(at nanoseconds: Int64) throws(GatewayError) {
        try write(capture.closing(at: nanoseconds))
    }

    private func write(_ bytes: [UInt8]) throws(GatewayError) {
        do throws(SystemCallError) {
            try file.write(bytes)
        } catch {
            throw Self.error(path, error.reason)
        }
    }

    /// Where the last whole block ends: blocks begin with type and length and end with the length again.
    private static func endOfLastBlock(_ number: Int32, _ path: String) throws(GatewayError) -> Int {
        let size = lseek(number, 0, SEEK_END)
        guard size > 0 else { return 0 }
        var end = 0
        while let length = blockLength(number, at: end), length <= size - end {
            // The draft, clause 3.1: a section header opens a file, and its byte order follows.
            if end == 0, word(number, at: 0) != 0x0A0D_0D0A || word(number, at: 8) != 0x1A2B_3C4D { break }
            guard word(number, at: end + length - 4) == UInt32(length) else { break }
            end += length
        }
        guard end > 0 else { throw error(path, "this is another kind of file") }
        return end
    }

    private static func blockLength(_ number: Int32, at offset: Int) -> Int? {
        word(number, at: offset + 4).flatMap { $0 >= 12 && $0 % 4 == 0 ? Int($0) : nil }
    }

    private static func word(_ number: Int32, at offset: Int) -> UInt32? {
        var value: UInt32 = 0
        guard pread(number, &value, 4, offset) == 4 else { return nil }
        return UInt32(littleEndian: value)
    }

    private static func error(_ path: String, _ what: String) -> GatewayError {
        GatewayError(.inputOutput, "\(path): \(what): name another file for the capture, or make room")
    }
}
