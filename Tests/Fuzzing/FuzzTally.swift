/// What fuzzing one subject came to.
package struct FuzzTally: Sendable, Equatable {
    /// What was fed: `tcp`, `rtu`, …
    package let subject: String
    /// Pieces of input.
    package var inputs = 0
    /// Of these, how many still held the whole true answer, which is rightly credited.
    package var intact = 0
    /// Damaged ones that hold another complete answer by all that the wire says: data bytes changed on TCP,
    /// which has no check sum, or a check sum that fits by chance.
    package var plausible = 0
    /// What must not be: each with what is needed to see it again.
    package var findings: [String] = []

    init(_ subject: String) { self.subject = subject }

    mutating func find(_ what: String, _ bytes: [UInt8], seed: UInt64) {
        guard findings.count < 20 else { return }
        let hex = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        findings.append("\(subject): \(what), seed \(seed), input \(inputs): \(hex)")
    }
}
