/// One tightening as MID 0061 tells it when it happens, or MID 0065 when it is asked for.
package struct OpenProtocolTightening: Sendable, Equatable {
    /// How a value lay between its limits.
    package enum Status: Sendable, Equatable {
        case low, ok, high
        /// Blank, or the revision does not have it.
        case notGiven
        /// A digit that the specification does not name: never taken for OK.
        case unknown(Int)

        init(_ digit: Int?) {
            self =
                switch digit {
                case nil: .notGiven
                case 0: .low
                case 1: .ok
                case 2: .high
                case .some(let digit): .unknown(digit)
                }
        }
    }

    /// How far a batch is.
    package enum BatchStatus: Sendable, Equatable {
        case notOK, ok, notUsed, running
        case notGiven
        case unknown(Int)

        init(_ digit: Int?) {
            self =
                switch digit {
                case nil: .notGiven
                case 0: .notOK
                case 1: .ok
                case 2: .notUsed
                case 3: .running
                case .some(let digit): .unknown(digit)
                }
        }
    }

    /// Every field that came, by name.
    package let fields: OpenProtocolFields

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says, or is
    /// neither 0061 nor 0065.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        fields = try OpenProtocolFields(message, among: [61, 65])
    }

    package var message: OpenProtocolMessage { fields.message }
    /// Whether the controller was asked for this (MID 0065); it waits for no acknowledgement then.
    package var isOld: Bool { message.mid == 65 }

    /// Counts up with each tightening, to 4,294,967,295; gaps in it are results that did not come.
    package var tighteningID: Int? { fields.number(.tighteningID) }
    /// The part as the controller was told it, at most 25 characters; nil where blank.
    package var identifier: String? { given(.identifier) }
    /// Parts 1 to 4 of the identifier, where the revision has them; blank ones are left out.
    package var identifiers: [String] {
        [.identifier, .identifier2, .identifier3, .identifier4].compactMap { given($0) }
    }
    package var jobID: Int? { fields.number(.jobID) }
    package var parameterSetID: Int? { fields.number(.parameterSetID) }
    package var batchSize: Int? { fields.number(.batchSize) }
    package var batchCounter: Int? { fields.number(.batchCounter) }
    package var batchStatus: BatchStatus { BatchStatus(fields.number(.batchStatus)) }
    /// The controller's own verdict: true only for 1 and false only for 0; nil where it is blank, unknown, or
    /// not in what could be read. Nil is never a pass.
    package var isOK: Bool? {
        switch fields.number(.tighteningStatus) {
        case 0: false
        case 1: true
        default: nil
        }
    }
    package var torqueStatus: Status { Status(fields.number(.torqueStatus)) }
    package var angleStatus: Status { Status(fields.number(.angleStatus)) }
    /// Final torque in hundredths of `torqueUnit`, cut off by the controller, not rounded.
    package var torque: Int? { fields.number(.torque) }
    package var torqueMin: Int? { fields.number(.torqueMin) }
    package var torqueMax: Int? { fields.number(.torqueMax) }
    package var torqueTarget: Int? { fields.number(.torqueTarget) }
    /// The unit of the torques; Nm where the revision does not say.
    package var torqueUnit: OpenProtocolTorqueUnit {
        isTold(.torqueUnit, from: 3) ? OpenProtocolTorqueUnit(fields.number(.torqueUnit)) : .newtonMetre
    }
    /// Final angle in degrees; from revision 10 times `angleScale`.
    package var angle: Int? { fields.number(.angle) }
    package var angleMin: Int? { fields.number(.angleMin) }
    package var angleMax: Int? { fields.number(.angleMax) }
    package var angleTarget: Int? { fields.number(.angleTarget) }
    /// What every angle is to be multiplied with; nil where that is not 1 and cannot be told.
    package var angleScale: (numerator: Int, denominator: Int)? {
        guard isTold(.angleNumerator, from: 10) else { return (1, 1) }
        guard let numerator = fields.number(.angleNumerator),
            let denominator = fields.number(.angleDenominator), denominator > 0
        else { return nil }
        return (numerator, denominator)
    }
    /// Bits 1 to 32 of what went wrong (table 99, parameter 20), bit 1 lowest.
    package var errorBits: Int? { fields.number(.errorBits) }
    /// What went wrong in words: `errorBits`, and from revision 6 the further bits.
    package var errors: [String] {
        OpenProtocolTighteningFault.texts(errorBits, OpenProtocolTighteningFault.first)
            + OpenProtocolTighteningFault.texts(
                fields.number(.errorBits2), OpenProtocolTighteningFault.second)
    }
    package var resultType: OpenProtocolResultType {
        isTold(.resultType, from: 3) ? OpenProtocolResultType(fields.number(.resultType)) : .notTold
    }
    /// Without the blanks that some tools pad it with on the left.
    package var toolSerial: String? {
        given(.toolSerial).map { String($0.drop { $0 == " " }) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    /// When the tightening was, by the controller's clock.
    package var time: OpenProtocolTime? { fields.time(.time) }

    /// Whether a field that revisions have from `first` on is told by this one, be it where it cannot be
    /// read: the known part of a revision that is not laid out may end before it. 998 adds stages to
    /// revision 6, and 999 is short.
    private func isTold(_ field: OpenProtocolField, from first: Int) -> Bool {
        fields.has(field) || (first..<998).contains(message.revision)
    }

    private func given(_ field: OpenProtocolField) -> String? {
        fields.text(field).flatMap { $0.isEmpty ? nil : $0 }
    }
}
