internal import Codecs
internal import Linux
package import Metrology
package import Transports

/// Writes the lines' traffic to a file, and shows a line's traffic to whoever asks over HTTP.
///
/// The lines' threads only put pieces into a bounded queue; cutting frames, writing and sending happen on a
/// thread of the desk's own. While nothing is recorded and nobody looks, the lines copy nothing.
package final class TrafficDesk: Sendable {
    private struct Watch {
        /// The number under which the tap knows the queue; nil while nobody looks.
        var number: Int?
        var hubs: [String: EventHub] = [:]
        var epoch: UInt64
    }

    /// How long an unfinished frame or a sign of life may wait to be looked at.
    private static let tickMilliseconds: Int64 = 250
    /// So many ticks between signs of life to those who look: `EventHub.beatSeconds`.
    private static let ticksPerBeat = Int64(EventHub.beatSeconds) * 1_000 / tickMilliseconds
    /// Lines that can be looked at at once; a person looks at one.
    private static let mostHubs = 16
    /// Frames in one event: far below what an event may weigh.
    private static let framesPerEvent = 64

    private let tap: LinkTap
    private let queue = TrafficQueue()
    private let watch: Guarded<Watch>
    private let time: any TimeSource
    private let thread: SystemThread
    private let done = Guarded(false)

    /// A desk for the lines behind `tap`, which records to `path` from now on where that is given.
    ///
    /// `complain` hears once when recording must end, and how many pieces a capture lacks. Throws
    /// `GatewayError` where the file cannot be written or the process has no thread left.
    package init(
        tap: LinkTap, recordingTo path: String?, time: any TimeSource,
        complain: @escaping @Sendable (String) -> Void
    ) throws(GatewayError) {
        let holder = Guarded<TrafficWriter?>(nil)
        if let path {
            try holder.withLock { writer throws(GatewayError) in
                writer = TrafficWriter(try CaptureFile(path), complain: complain)
            }
        }
        let queue = queue
        let isRecording = path != nil
        let number = isRecording ? tap.watch { queue.put($0) } : nil
        let watch = Guarded(
            Watch(number: number, epoch: UInt64(bitPattern: time.now().utc.nanoseconds)))
        (self.tap, self.watch, self.time) = (tap, watch, time)
        do throws(SystemCallError) {
            thread = try SystemThread(name: "traffic") {
                let writer = holder.withLock { writer in
                    defer { writer = nil }
                    return writer
                }
                Self.run(queue, writer, watch, tap, time, isRecording: isRecording)
            }
        } catch {
            throw GatewayError(.inputOutput, "\(error): raise TasksMax= of the service")
        }
    }

    /// The events of a line's traffic, for one more reader; nil where too many lines are looked at.
    package func events(ofLine line: String) -> EventHub? {
        let (queue, tap) = (queue, tap)
        return watch.withLock { watch in
            if let hub = watch.hubs[line] { return hub }
            guard watch.hubs.count < Self.mostHubs else { return nil }
            watch.epoch &+= 1
            var bounds = EventHub.Bounds()
            // Nobody resumes a trace: what was missed is missed.
            (bounds.keys, bounds.subscribers) = (0, 8)
            let hub = EventHub(epoch: watch.epoch, bounds: bounds)
            watch.hubs[line] = hub
            if watch.number == nil { watch.number = tap.watch { queue.put($0) } }
            return hub
        }
    }

    /// Writes what is left, closes the file and ends all looks; returns when that is done.
    package func stop() {
        let isFirst = done.withLock { done in
            defer { done = true }
            return !done
        }
        guard isFirst else { return }
        if let number = watch.withLock({ $0.number }) { tap.forget(number) }
        queue.end()
        thread.join()
    }

    private static func run(
        _ queue: TrafficQueue, _ writer: TrafficWriter?, _ watch: Guarded<Watch>, _ tap: LinkTap,
        _ time: any TimeSource, isRecording: Bool
    ) {
        var framers: [String: WireFramer] = [:]
        var ticks: Int64 = 0
        while let batch = queue.take(withinMilliseconds: tickMilliseconds) {
            let now = time.now().utc.nanoseconds
            var frames = cut(batch, &framers)
            for line in framers.keys where batch.pieces.isEmpty {
                let rest = framers[line]?.flush(at: now) ?? []
                if !rest.isEmpty { frames.append((line, rest)) }
            }
            for (line, frames) in frames {
                let dropped = batch.dropped[line] ?? 0
                writer?.write(frames, of: line, dropped: dropped)
                let hub = watch.withLock { $0.hubs[line] }
                if let hub { publish(frames, dropped: dropped, to: hub) }
            }
            ticks += batch.pieces.isEmpty ? 1 : 0
            if ticks >= ticksPerBeat {
                ticks = 0
                forgetWhoLeft(watch, tap, isRecording: isRecording)
            }
        }
        for line in framers.keys.sorted() {
            writer?.write(framers[line]?.flush() ?? [], of: line, dropped: 0)
        }
        writer?.close(at: time.now().utc.nanoseconds)
        for hub in watch.withLock({ $0.hubs.values.map(\.self) }) { hub.close() }
    }

    /// The frames of a batch, by line, in the order in which each line brought them.
    private static func cut(
        _ batch: TrafficQueue.Batch, _ framers: inout [String: WireFramer]
    ) -> [(line: String, frames: [CapturedFrame])] {
        var out: [String: [CapturedFrame]] = [:]
        for piece in batch.pieces {
            guard let wire = ModbusWire(lineName: piece.link) else { continue }
            let frames = framers[piece.link, default: WireFramer(wire)].take(
                piece.bytes, isSent: piece.direction == .sent, at: piece.stamp.utc.nanoseconds)
            out[piece.link, default: []] += frames
        }
        return out.sorted { ($0.value.first?.nanoseconds ?? 0) < ($1.value.first?.nanoseconds ?? 0) }
            .map { (line: $0.key, frames: $0.value) }
    }

    private static func publish(_ frames: [CapturedFrame], dropped: UInt64, to hub: EventHub) {
        for start in stride(from: 0, to: frames.count, by: framesPerEvent) {
            let part = frames[start..<min(frames.count, start + framesPerEvent)]
            hub.publish(
                event: "frames",
                [
                    "dropped": .number(start == 0 ? Int64(clamping: dropped) : 0),
                    "frames": .array(part.map(\.json)),
                ])
        }
    }

    /// A sign of life finds out who has gone; where nobody looks any more, the lines need not copy.
    private static func forgetWhoLeft(_ watch: Guarded<Watch>, _ tap: LinkTap, isRecording: Bool) {
        let number = watch.withLock { watch -> Int? in
            for (line, hub) in watch.hubs {
                hub.beat()
                if hub.tally.subscribers == 0 {
                    hub.close()
                    watch.hubs[line] = nil
                }
            }
            guard watch.hubs.isEmpty, !isRecording else { return nil }
            defer { watch.number = nil }
            return watch.number
        }
        if let number { tap.forget(number) }
    }
}
