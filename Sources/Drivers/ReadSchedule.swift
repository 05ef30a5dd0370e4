import Profiles
import Transports

/// The requests that a device is read with now, each under a number of its own.
///
/// The number is that of its poll. It is never given twice, so a reply that is under way while a request is
/// replaced is credited to nobody else.
struct ReadSchedule: Sendable {
    private struct Slot {
        let request: ReadRequest
        var isRetired = false
        /// Whether it was bisected, or is being bisected now.
        var isSettled = false
        /// Whether it is what was left of a block: as small as it gets.
        var isPart = false
    }

    private var slots: [Slot]

    init(_ plan: ReadPlan) { slots = plan.requests.map { Slot(request: $0) } }

    /// The requests in use, in the order of the profile, parts of replaced ones last.
    var requests: [ReadRequest] { slots.lazy.filter { !$0.isRetired }.map(\.request) }

    /// The request with this number; nil where it is not in use any more.
    func request(_ number: Int) -> ReadRequest? {
        guard slots.indices.contains(number), !slots[number].isRetired else { return nil }
        return slots[number].request
    }

    /// The number under which a refused request is to be bisected from now on; nil where it is not: because
    /// it is atomic, was bisected before, or is under way.
    mutating func beginBisection(of request: ReadRequest) -> Int? {
        guard !request.isAtomic,
            let number = slots.firstIndex(where: { !$0.isRetired && $0.request == request }),
            !slots[number].isSettled
        else { return nil }
        slots[number].isSettled = true
        return number
    }

    /// The request may be bisected anew when it is refused again.
    mutating func reopen(_ request: ReadRequest) {
        for number in slots.indices where !slots[number].isPart && slots[number].request == request {
            slots[number].isSettled = false
        }
    }

    /// Puts parts in the place of a request.
    mutating func replace(_ number: Int, with parts: [ReadRequest]) {
        guard request(number) != nil else { return }
        slots[number].isRetired = true
        slots += parts.map { Slot(request: $0, isSettled: true, isPart: true) }
    }

    /// The polls of everything that is read again and again.
    func polls(of unit: UInt8, timeout: Duration) -> [ModbusPoll] {
        slots.enumerated().compactMap { number, slot in
            guard !slot.isRetired, case .every(let milliseconds) = slot.request.moment else { return nil }
            return ModbusPoll(
                id: number, unit: unit, request: slot.request.modbusRequest,
                period: .milliseconds(milliseconds), timeout: timeout)
        }
    }
}
