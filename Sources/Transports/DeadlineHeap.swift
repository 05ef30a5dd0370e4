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
        let last = order.count - 1
        if place != last { swap(place, last) }
        order.removeLast()
        places[number] = -1
        if place < order.count {
            rise(from: place)
            sink(from: place)
        }
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, isEarlier(place, than: (place - 1) / 2) {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while place * 2 + 1 < order.count {
            var child = place * 2 + 1
            if child + 1 < order.count, isEarlier(child + 1, than: child) { child += 1 }
            guard isEarlier(child, than: place) else { return }
            swap(place, child)
            place = child
        }
    }

    private func isEarlier(_ left: Int, than right: Int) -> Bool {
        let (first, second) = (order[left], order[right])
        let (time, other) = (times[first], times[second])
        return time == other ? first < second : time < other
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        order.swapAt(left, right)
        places[order[left]] = left
        places[order[right]] = right
    }
}
