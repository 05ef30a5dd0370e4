internal import CUMockdev
internal import Glibc

/// When each program asked something last: one that is silent has ended.
///
/// umockdev says nothing of a program that is killed while a call of it waits for its answer. One that reads
/// asks for finished transfers all the time, so such a call waits nearly always.
struct MockClients {
    typealias Client = UnsafeMutablePointer<UMockdevIoctlClient>

    /// How long a program that lives is silent at most; it asks a hundred times a second.
    private static let silenceNanoseconds: Int64 = 1_000_000_000

    private var asked: [Client: Int64] = [:]

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    mutating func note(_ client: Client) { asked[client] = Self.now }

    mutating func forget(_ client: Client) { asked[client] = nil }

    /// Programs besides `client` that must have ended.
    func ended(besides client: Client) -> [Client] {
        let now = Self.now
        return asked.filter { $0.key != client && now - $0.value > Self.silenceNanoseconds }.map(\.key)
    }
}
