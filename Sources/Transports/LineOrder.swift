internal import Codecs
internal import Metrology

/// What callers ask of a line's thread.
enum LineOrder: Sendable {
    case start(group: Int, polls: [ModbusPoll], deliver: @Sendable ([ModbusExchange]) -> Void)
    case replace(group: Int, polls: [ModbusPoll])
    case setPeriod(Int64, poll: Int, group: Int)
    case end(group: Int)
    case transact(ModbusRequest, unit: UInt8, timeout: Int64, answer: CheckedContinuation<ModbusExchange, Never>)
    case stop(done: CheckedContinuation<Void, Never>?)
}

extension ModbusExchange {
    /// What a link that has been stopped answers to a transaction.
    static func refused(_ request: ModbusRequest, unit: UInt8, at now: Stamp) -> ModbusExchange {
        ModbusExchange(
            pollID: nil, unit: unit, request: request, outcome: .failed(.refused("the link was stopped")), sent: nil,
            stamp: now)
    }
}
