import Codecs
import Testing

@testable import Transports

/// What a link delivers, to be awaited one by one.
struct ExchangeStream {
    let deliver: @Sendable ([ModbusExchange]) -> Void
    private var iterator: AsyncStream<ModbusExchange>.Iterator

    init() {
        let (stream, continuation) = AsyncStream<ModbusExchange>.makeStream(
            bufferingPolicy: .bufferingOldest(10_000))
        deliver = { batch in for exchange in batch { continuation.yield(exchange) } }
        iterator = stream.makeAsyncIterator()
    }

    mutating func next() async throws -> ModbusExchange { try #require(await iterator.next()) }

    /// The next exchange that `isWanted`; those before it are passed over.
    mutating func first(where isWanted: (ModbusExchange) -> Bool) async throws -> ModbusExchange {
        while true {
            let exchange = try await next()
            if isWanted(exchange) { return exchange }
        }
    }
}
