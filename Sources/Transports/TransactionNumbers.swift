/// Hands out transaction numbers of one connection, none that a late answer may still carry.
package struct TransactionNumbers: Sendable {
    /// How many given-up numbers are remembered; the oldest is forgotten first. Numbers count up, so one
    /// comes round again only after 65,536 requests.
    package static let remembered = 256

    private var following: UInt16
    private var abandoned: [UInt16] = []

    package init(first: UInt16) { following = first }

    package mutating func next() -> UInt16 {
        while abandoned.contains(following) { following &+= 1 }
        defer { following &+= 1 }
        return following
    }

    /// The request with this number was given up; its answer may still come.
    package mutating func abandon(_ number: UInt16) {
        if abandoned.count == Self.remembered { abandoned.removeFirst() }
        abandoned.append(number)
    }

    /// Whether this number belongs to a request that was given up; it is free again then.
    package mutating func settle(_ number: UInt16) -> Bool {
        guard let index = abandoned.firstIndex(of: number) else { return false }
        abandoned.remove(at: index)
        return true
    }

    /// A new connection: nothing of the old one can come any more.
    package mutating func forgetAbandoned() { abandoned.removeAll(keepingCapacity: true) }
}
