/// Which readings by pages are entered: a page that reconnects or draws again has not read anew.
///
/// A decision as a value: who reads what when goes in, whether it is entered comes out.
struct ReadGate {
    /// When who read what was last entered: monotonic, ns.
    private var entered: [String: Int64] = [:]

    /// For how long the same reader of the same thing is the same reading.
    static let patienceNanoseconds: Int64 = 600 * 1_000_000_000
    /// Readings that are remembered: more than screens look at one gateway.
    private static let mostRemembered = 1_024

    /// Whether this reading is to be entered.
    mutating func admits(_ what: String, by reader: String, at now: Int64) -> Bool {
        let key = "\(reader) \(what)"
        if let last = entered[key], now - last < Self.patienceNanoseconds { return false }
        if entered.count >= Self.mostRemembered {
            entered = entered.filter { now - $0.value < Self.patienceNanoseconds }
        }
        // Too many at once are entered each, rather than one left out.
        if entered.count < Self.mostRemembered { entered[key] = now }
        return true
    }
}
