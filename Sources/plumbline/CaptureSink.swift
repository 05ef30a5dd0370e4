import Codecs
import Gateway
import Linux
import Metrology
import Transports

/// Where captured frames go: a file, or a line of text each.
final class CaptureSink: Sendable {
    private struct State {
        var file: CaptureFile?
        var text: ModbusFrameText
        var frames = 0
        /// What still comes then is not written behind the end.
        var isOver = false
        var failure: CommandFailure?
    }

    private let line: String
    private let console: Console
    private let state: Guarded<State>

    init(line: String, out path: String?, _ console: Console) throws(CommandFailure) {
        (self.line, self.console) = (line, console)
        var state = State(text: ModbusFrameText(ModbusWire(lineName: line) ?? .tcp))
        if let path {
            do throws(GatewayError) {
                state.file = try CaptureFile(path)
            } catch {
                throw CommandFailure(.inputOutput, "\(error)")
            }
        }
        self.state = Guarded(state)
    }

    /// Writes the frames of one event; false where the capture is over.
    func take(_ document: JSONValue) -> Bool {
        let frames = (document["frames"]?.elements ?? []).compactMap(CapturedFrame.init)
        let dropped = UInt64(clamping: document["dropped"]?.integer ?? 0)
        return state.withLock { state in
            guard !state.isOver else { return false }
            state.frames += frames.count
            guard let file = state.file else {
                if dropped > 0 { console.complain("\(dropped) pieces came too fast to be shown") }
                for frame in frames { console.print(text(frame, &state.text)) }
                return true
            }
            do throws(GatewayError) {
                try file.write(frames, of: line, dropped: dropped)
                return true
            } catch {
                (state.failure, state.isOver) = (CommandFailure(.inputOutput, "\(error)"), true)
                return false
            }
        }
    }

    /// Closes the file; gives the number of frames. Throws what went wrong while it was written.
    func finish() throws(CommandFailure) -> Int {
        try state.withLock { state throws(CommandFailure) in
            state.isOver = true
            if let failure = state.failure { throw failure }
            guard let file = state.file else { return state.frames }
            do throws(GatewayError) {
                try file.close(at: SystemTime().now().utc.nanoseconds)
            } catch {
                throw CommandFailure(.inputOutput, "\(error)")
            }
            return state.frames
        }
    }

    /// Time of day, direction, unit, meaning and bytes; as JSON with `--json`.
    private func text(_ frame: CapturedFrame, _ reader: inout ModbusFrameText) -> String {
        let (unit, meaning) = reader.read(frame)
        let time = Timestamp(nanoseconds: frame.nanoseconds).description
        guard !console.usesJSON else {
            return CanonicalJSON.text([
                "time": .string(time), "direction": frame.isSent ? "sent" : "received",
                "unit": unit.map { .number(Int64($0)) } ?? .null, "meaning": .string(meaning),
                "bytes": .string(Hex.text(frame.bytes)),
            ])
        }
        let who = unit.map { "unit \($0)" } ?? "?"
        return
            "\(time)  \(frame.isSent ? "-> " : " <-")  \(who.padded(to: 9))\(meaning)  "
            + "[\(Hex.text(frame.bytes))]"
    }
}
