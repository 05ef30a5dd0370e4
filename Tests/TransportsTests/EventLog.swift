@testable import Transports

/// What a scanner told, awaited one by one.
final class EventLog: Sendable {
    private let stream: AsyncStream<ScannerEvent>
    private let continuation: AsyncStream<ScannerEvent>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    /// The handler to give to a scanner.
    var handler: @Sendable (ScannerEvent) -> Void {
        { [continuation] event in continuation.yield(event) }
    }

    /// The next event; nil where the test was cancelled.
    func next() async -> ScannerEvent? {
        for await event in stream { return event }
        return nil
    }

    /// The text of the next event, which has to be a scan.
    func nextText() async -> String? {
        guard case .read(let read) = await next() else { return nil }
        return String(decoding: read.bytes, as: UTF8.self)
    }
}
