internal import Codecs
internal import Metrology

/// What callers ask of a line's thread.
enum LineOrder: Sendable {
    case start(group: Int, polls: [ModbusPoll], deliver: @Sendable ([ModbusExchange]) -> Void)
    case replace(group: Int, polls: [ModbusPoll])
    case setPeriod(Int64, poll: Int, group: Int)
    case end(group: Int)
    case setTiming(UnitTiming, unit: UInt8)
    case transact(
        ModbusRequest, unit: UInt8, timeout: Int64, answer: CheckedContinuation<ModbusExchange, Never>)
    case stop(done: CheckedContinuation<Void, Never>?)

    /// Answers whoever waits for this order, on a line that has been stopped.
    func refuse(at now: Stamp) {
        switch self {
        case .transact(let request, let unit, _, let answer):
            let failure = ModbusFailure.refused("the link was stopped")
            answer.resume(
                returning: ModbusExchange(
                    pollID: nil, unit: unit, request: request, outcome: .failed(failure), sent: nil,
                    stamp: now))
        case .stop(let done): done?.resume()
        case .start, .replace, .setPeriod, .setTiming, .end: break
        }
    }
}
