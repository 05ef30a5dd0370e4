import Codecs
import Inspection
import Metrology

/// The sentences that a station says to its technician. One place, so that they can be read, judged and
/// translated together.
enum StationWords {
    static let scanBadge = "Scan your badge."
    static let scanPart = "Scan the part."
    static let scanStart = "Make the part ready, then scan START."
    static let storing = "Saving the result. Wait."

    /// What to do after `verdict`.
    static func next(after verdict: String) -> String {
        switch verdict {
        case "PASS": "The part is good. Scan the next part."
        case "FAIL": "Set the part aside as rejected. Then scan the next part."
        default: "This part is not decided. Set it aside and call quality."
        }
    }

    /// What becomes of a step that is hindered, once it is no more.
    enum Outlook: String {
        case goesOn = "the step goes on by itself"
        case starts = "the step starts by itself"
        case awaitsStart = "then scan START"
    }

    static func outOfReach(_ device: String, _ detail: String, _ outlook: Outlook) -> String {
        "\(device) is out of reach (\(detail)). Check its power and cable; \(outlook.rawValue)."
    }

    /// For a device that is there and answers with Modbus exceptions.
    static func refuses(_ device: String, _ detail: String, _ outlook: Outlook) -> String {
        "\(device) is there, but \(detail). See what it shows; \(outlook.rawValue)."
    }

    /// Another part was scanned while a tool waited for this one.
    static func held(_ serial: String, other: String) -> String {
        "\(other) was scanned, and \(serial) is not finished. Nothing counts now: "
            + "scan \(serial) to go on with it, or scan ABORT."
    }

    /// The gateway was off meanwhile, and another part may be at the tool.
    static func unseen(_ serial: String) -> String {
        "The gateway was started anew while \(serial) was in work. Scan \(serial) to go on with it, "
            + "or scan ABORT."
    }

    static func notStarted(_ reason: String) -> String {
        "The step did not start: \(reason). It is tried again."
    }

    /// A sample is no PASS, and somebody has to let the inspection go on.
    static let approval =
        "Call somebody who may approve this: their badge lets it go on, and the part stays as it is. "
        + "Or scan ABORT."

    /// What the technician does now: `title`, and which of several it is.
    static func step(_ title: String, sample: Int, of count: Int) -> String {
        count > 1 ? "\(title): \(sample) of \(count)" : title
    }

    /// The try before was no PASS, because of `wrong`; `most` is nil where it may be tried until it is one.
    static func onceMore(_ wrong: String, _ title: String, attempt: Int, of most: Int?) -> String {
        let sentence = wrong.last == "." ? wrong : wrong + "."
        return "\(sentence) Once more, try \(attempt)\(most.map { " of \($0)" } ?? ""): \(title)"
    }

    /// What is wrong with one result of a record, with its value and the limit that it broke.
    static func shortfall(_ result: JSONValue, title: String) -> String {
        let code = result["reason"]?.text ?? ""
        guard code == MeasurementResult.Reason.outOfTolerance.rawValue, let text = result["value"]?.text
        else {
            return reason(code)
        }
        if let expected = result["expected"]?.text { return "\(title) is \(text), not \(expected)" }
        let symbol = result["unit"]?.text.flatMap { UnitOfMeasure($0) }?.symbol ?? ""
        let shown = symbol.isEmpty ? text : "\(text) \(symbol)"
        if let value = ExactDecimal(text), let lsl = result["lsl"]?.text.flatMap({ ExactDecimal($0) }),
            value < lsl
        {
            return "\(title) \(shown) is below \(lsl)"
        }
        return "\(title) \(shown) is above \(result["usl"]?.text ?? "its limit")"
    }

    /// Why a verdict is not PASS, from a record's reason code.
    static func reason(_ code: String) -> String {
        switch MeasurementResult.Reason(rawValue: code) {
        case .outOfTolerance: "A value is outside its limits."
        case .calibration: "A gauge's calibration is missing or overdue."
        case .badValue: "A value could not be read."
        case .unit: "A gauge is set to a unit that does not fit the plan."
        case .timeout: "The step took too long."
        case .aborted: "The inspection was stopped before it was complete."
        case .deviceInvalid: "The device called its own result invalid. Check how the part is mounted."
        case .deviceRestarted: "A device was switched off and on in the middle of a step."
        case .notSet: "A device did not keep what it was set to."
        case .notBegun: "START was not scanned in time."
        case .offline: "A device stayed out of reach."
        case .gaugeIdentity:
            "A gauge is not the one that was calibrated: its serial number differs, or it does not tell it."
        case .loosened: "A screw was loosened that had been good."
        case nil: code
        }
    }

    static func misread(_ reason: String) -> String {
        "The scanner could not read it (\(reason)). Scan again."
    }

    static func tooOld(seconds: Int64) -> String {
        "This was scanned \(seconds) s ago, before the station could take it. Scan again."
    }

    static func lostScans(_ count: Int) -> String {
        "\(count) \(count == 1 ? "scan" : "scans") came faster than the station could take them. Scan again."
    }

    static let stopping = "The gateway was being stopped. Scan again once it runs."

    static let unreadableMark = "This mark cannot be read"

    static let unknownBadge = "This badge is not on the list of operators. Ask your supervisor."

    static let noCodeSet = "Action codes are not set up at this station. Use no code sheet here."

    static func foreignCode(_ set: String, _ revision: Int) -> String {
        "This code is not of the sheet in use (\(set), revision \(revision)). Take the current sheet."
    }

    static func scannerSetting(_ maker: String) -> String {
        "This is a setting code for scanners (\(maker)), no part. Have the scanner's settings checked."
    }

    static func unknownSerial(_ serial: String) -> String {
        "\(serial) names no part number, and no serial pattern of the plan fits it."
    }

    static func ambiguousSerial(_ serial: String, _ numbers: [String]) -> String {
        "\(serial) may be a \(numbers.joined(separator: " or a ")). Scan a mark that names the part number."
    }

    static let partPage =
        "This label leads to the part's page and holds no serial number. Scan the part's mark."

    /// What `code` is where it stands for no part; nil where it may.
    static func notAPart(_ meaning: PlainCode?, _ code: String) -> String? {
        switch meaning {
        case .workOrder: "\(code) is a work order. Scan the part."
        case .trimCode: "\(code) is a trim code and no serial number. Scan the part's mark."
        case .serial, nil: nil
        }
    }
}
