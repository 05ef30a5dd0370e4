/// The earliest deadline of many, each under its own small number. Times are nanoseconds.
///
/// A binary heap that knows where each number stands, so that moving a deadline costs no search. Of equal
/// deadlines the lower number comes first, so that lines that fall due together keep their order from one
/// round to the next: a device then sees its polls as evenly spaced as the rounds are.
struct DeadlineHeap {
    private var order: [Int] = []
    private var times: [Int64] = []
    private var places: [Int] = []

    var isEmpty: Bool { order.isEmpty }

    /// The earliest deadline; nil where there is none.
    var earliest: (number: Int, time: Int64)? { order.first.map { ($0, times[$0]) } }

    /// Sets, moves or (with nil) removes the deadline of `number`, which is 0 or more.
    mutating func set(_ number: Int, to time: Int64?) {
        while places.count <= number {
            places.append(-1)
            times.append(0)
        }
        guard let time else {
            remove(number)
            return
        }
        let place = places[number]
        if place < 0 {
            times[number] = time
            places[number] = order.count
            order.append(number)
            rise(from: order.count - 1)
        } else if times[number] != time {
            let isEarlier = time < times[number]
            times[number] = time
            if isEarlier { rise(from: place) } else { sink(from: place) }
        }
    }

    private mutating func remove(_ number: Int) {
        let place = places[number]
        guard place >= 0 else { return }
        let last = order.removeLast()
        places[number] = -1
        guard last != number else { return }
        order[place] = last
        places[last] = place
        rise(from: place)
        sink(from: places[last])
    }

    private mutating func rise(from start: Int) { Self.rise(from: start, &order, &places, times) }

    private mutating func sink(from start: Int) { Self.sink(from: start, &order, &places, times) }

    /// Moves the number at `start` up to where none above it is later.
    ///
    /// The others move into the gap that it leaves; all through spans, which ask only once whether the
    /// storage is shared.
    private static func rise(
        from start: Int, _ order: inout [Int], _ places: inout [Int], _ times: [Int64]
    ) {
        let times = times.span
        var order = order.mutableSpan
        var places = places.mutableSpan
        let number = order[start]
        var place = start
        while place > 0 {
            let above = order[(place - 1) / 2]
            guard isEarlier(number, than: above, times) else { break }
            order[place] = above
            places[above] = place
            place = (place - 1) / 2
        }
        order[place] = number
        places[number] = place
    }

    /// Moves the number at `start` down to where none below it is earlier.
    private static func sink(
        from start: Int, _ order: inout [Int], _ places: inout [Int], _ times: [Int64]
    ) {
        let times = times.span
        var order = order.mutableSpan
        var places = places.mutableSpan
        let number = order[start]
        var place = start
        while place * 2 + 1 < order.count {
            var child = place * 2 + 1
            if child + 1 < order.count, isEarlier(order[child + 1], than: order[child], times) {
                child += 1
            }
            let below = order[child]
            guard isEarlier(below, than: number, times) else { break }
            order[place] = below
            places[below] = place
            place = child
        }
        order[place] = number
        places[number] = place
    }

    private static func isEarlier(_ left: Int, than right: Int, _ times: Span<Int64>) -> Bool {
        times[left] != times[right] ? times[left] < times[right] : left < right
    }
}
