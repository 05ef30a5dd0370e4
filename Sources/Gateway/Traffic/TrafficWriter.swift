internal import Codecs

/// Writes frames into a capture file until the disk refuses, then says so once and writes no more: a full
/// disk is no reason to stop inspecting. Belongs to one thread.
final class TrafficWriter {
    private var file: CaptureFile?
    private let complain: @Sendable (String) -> Void
    private var missed: UInt64 = 0

    init(_ file: CaptureFile, complain: @escaping @Sendable (String) -> Void) {
        (self.file, self.complain) = (file, complain)
    }

    func write(_ frames: [CapturedFrame], of line: String, dropped: UInt64) {
        guard !frames.isEmpty else { return }
        missed += dropped
        do throws(GatewayError) {
            try file?.write(frames, of: line, dropped: dropped)
        } catch {
            complain("the capture ends here: \(error)")
            file = nil
        }
    }

    func close(at nanoseconds: Int64) {
        if missed > 0 {
            complain("the capture lacks \(missed) pieces that came faster than they were written")
        }
        guard let file else { return }
        self.file = nil
        do throws(GatewayError) {
            try file.close(at: nanoseconds)
        } catch {
            complain("the capture has no end: \(error)")
        }
    }
}
