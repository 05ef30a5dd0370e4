/// Which of the two word tables a request means.
package enum WordTable: Sendable {
    case holding, input
}

/// Which of the two bit tables a request means.
package enum BitTable: Sendable {
    case coils, discreteInputs
}

/// What a device answers from. Addresses are those of the wire, zero-based; a range is never empty and never
/// passes 65,535.
///
/// Each requirement throws the exception that the device answers with; by default a device has no such
/// function.
package protocol RegisterBank {
    /// What function 43 tells; nil for a device without that function.
    var nameplate: Nameplate? { get }
    mutating func words(_ table: WordTable, _ range: Range<Int>, at now: ShopTime) throws(ServerRefusal)
        -> [UInt16]
    mutating func write(words: [UInt16], from address: Int, at now: ShopTime) throws(ServerRefusal)
    mutating func bits(_ table: BitTable, _ range: Range<Int>, at now: ShopTime) throws(ServerRefusal)
        -> [Bool]
    mutating func write(bits: [Bool], from address: Int, at now: ShopTime) throws(ServerRefusal)
}

extension RegisterBank {
    package var nameplate: Nameplate? { nil }

    package mutating func words(_ table: WordTable, _ range: Range<Int>, at now: ShopTime)
        throws(ServerRefusal) -> [UInt16]
    { throw .illegalFunction }

    package mutating func write(words: [UInt16], from address: Int, at now: ShopTime)
        throws(ServerRefusal)
    { throw .illegalFunction }

    package mutating func bits(_ table: BitTable, _ range: Range<Int>, at now: ShopTime)
        throws(ServerRefusal) -> [Bool]
    { throw .illegalFunction }

    package mutating func write(bits: [Bool], from address: Int, at now: ShopTime) throws(ServerRefusal) {
        throw .illegalFunction
    }
}
