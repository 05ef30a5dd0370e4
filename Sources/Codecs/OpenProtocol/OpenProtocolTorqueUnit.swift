/// The unit that a controller sends torques in (specification R2.16, MID 0061 parameter 48).
package enum OpenProtocolTorqueUnit: Sendable, Equatable {
    case newtonMetre, poundFoot, poundInch, kilopondMetre, kilogramCentimetre, ounceInch, percent
    case newtonCentimetre
    /// Blank, or a digit that is not named there: such a torque is not to be judged.
    case unknown(Int?)

    package init(_ digit: Int?) {
        self =
            switch digit {
            case 1: .newtonMetre
            case 2: .poundFoot
            case 3: .poundInch
            case 4: .kilopondMetre
            case 5: .kilogramCentimetre
            case 6: .ounceInch
            case 7: .percent
            case 8: .newtonCentimetre
            default: .unknown(digit)
            }
    }
}

/// What a result is the result of (specification R2.16, MID 0061 parameter 49).
package enum OpenProtocolResultType: Sendable, Equatable {
    case tightening, loosening, batchIncrement, batchDecrement, bypass, jobAborted, syncTightening
    case referenceSetup, batchReset, jobRestart
    /// The revision does not say: a tightening, as far as one can know.
    case notTold
    /// Blank, or a number that is not named there.
    case unknown(Int?)

    init(_ number: Int?) {
        self =
            switch number {
            case 1: .tightening
            case 2: .loosening
            case 3: .batchIncrement
            case 4: .batchDecrement
            case 5: .bypass
            case 6: .jobAborted
            case 7: .syncTightening
            case 8: .referenceSetup
            case 9: .batchReset
            case 10: .jobRestart
            default: .unknown(number)
            }
    }
}
