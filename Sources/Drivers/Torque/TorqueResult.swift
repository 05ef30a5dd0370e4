import Codecs
import Profiles

/// A result in whichever message a controller told it: of one spindle, or of several that tightened at once.
enum TorqueResult: Sendable {
    /// MIDs 0061 and 0065.
    case single(OpenProtocolTightening)
    /// MID 0101.
    case several(OpenProtocolMultiResult)

    /// What was done.
    enum Act: Equatable {
        case tightening
        case loosening
        /// Nothing that a part could be judged by; a sentence that says why.
        case other(String)
    }

    /// The result that a message holds; nil where it holds none that can be read.
    init?(_ message: OpenProtocolMessage) {
        if let tightening = try? OpenProtocolTightening(message) {
            self = .single(tightening)
        } else if let result = try? OpenProtocolMultiResult(message) {
            self = .several(result)
        } else {
            return nil
        }
    }

    var message: OpenProtocolMessage { fields.message }

    /// What all results have.
    var fields: OpenProtocolFields {
        switch self {
        case .single(let tightening): tightening.fields
        case .several(let result): result.fields
        }
    }

    /// Serial number of the tool that made it; nil where it does not tell.
    var toolSerial: String? {
        guard case .single(let tightening) = self else { return nil }
        return tightening.toolSerial
    }

    /// When it was made, by the controller's clock.
    var time: OpenProtocolTime? { fields.time(.time) }

    /// Whether it was asked for (MID 0065).
    var isOld: Bool {
        switch self {
        case .single(let tightening): tightening.isOld
        case .several: false
        }
    }

    /// The controller's own number of it; nil where it has none.
    var id: UInt64? {
        switch self {
        case .single(let tightening): tightening.tighteningID.flatMap(UInt64.init(exactly:))
        case .several(let result): result.fields.number(.syncID).flatMap(UInt64.init(exactly:))
        }
    }

    /// The part as the controller was told it; nil where it names none.
    var identifier: String? { fields.text(.identifier).flatMap { $0.isEmpty ? nil : $0 } }

    /// What is the same whenever and in whichever revision the result is told.
    var identity: TighteningBook.Identity {
        switch self {
        case .single(let tightening): return tightening.identity
        case .several(let result):
            let spindles = result.spindles.map { spindle in
                let values = [spindle.number, spindle.torque, spindle.angle]
                return values.map { $0.map(String.init) ?? "-" }.joined(separator: ",")
            }
            return Array(fields.bytes(.time) ?? []) + spindles.joined(separator: ";").utf8
        }
    }

    /// What was done, as far as the message tells; those of several spindles do not tell.
    var act: Act {
        guard case .single(let tightening) = self else { return .tightening }
        return switch tightening.resultType {
        case .tightening, .syncTightening, .notTold: .tightening
        case .loosening: .loosening
        // A controller that leaves the type blank in a revision that has it says of a loosening just as
        // little that it is one.
        case .unknown(nil):
            .other(
                "its result type is blank, so that it may be a loosening; ask for `results: {revision: 2}` "
                    + "where this controller tells none")
        case .unknown(.some(let number)): .other("its result type \(number) is none that is known")
        default: .other("it is no tightening but \(tightening.resultType)")
        }
    }

    /// A result whose message was stored; nil where these are bytes of another time or device, which say
    /// nothing.
    init?(stored raw: [UInt8]) {
        guard let message = try? OpenProtocolMessage(raw) else { return nil }
        self.init(message)
    }

    /// The controller's own verdict; nil is never a pass.
    var isOK: Bool? {
        switch self {
        case .single(let tightening): tightening.isOK
        case .several(let result): result.isOK
        }
    }

    /// What it says of each value that a plan may judge.
    func readings(_ profile: TorqueProfile) -> [PointReading] {
        switch self {
        case .single(let tightening): tightening.readings(torqueIn: profile.unit)
        case .several(let result): result.readings(spindles: profile.spindles ?? 0)
        }
    }
}

extension TorqueProfile {
    /// What has results told, and what says that one is durable.
    func subscription(revision: Int) -> OpenProtocolRequest {
        spindles == nil
            ? .subscribeResults(revision: revision) : .subscribe(.multiResult, revision: revision)
    }

    /// MID of the message that tells a result as it happens.
    var resultMID: Int { spindles == nil ? 61 : 101 }

    /// The next lower revision to ask for where `revision` is not there; nil where there is none.
    func lower(than revision: Int) -> Int? {
        switch revision {
        case ...1: nil
        case 999: 1
        // MID 0100 in revision 2 cannot ask for new results alone: it would tell all that are kept.
        case 3 where spindles != nil: 1
        default: revision - 1
        }
    }
}
