package import Codecs
package import Metrology

/// A sample judged against a characteristic.
package struct MeasurementResult: Sendable, Equatable {
    package let characteristic: Characteristic
    /// As judged: in the characteristic's unit, at its resolution. Nil where nothing could be read.
    package let value: PointValue?
    package let verdict: Verdict
    /// Why the verdict is not PASS; nil where it is.
    package let reason: Reason?
    package let quality: Quality
    /// When the value's last byte arrived; nil where nothing was read.
    package let takenAt: Timestamp?
    package let raw: [UInt8]
    package let provenance: Provenance
    package let gauge: Gauge
    package let calibration: CalibrationStatus
    /// Which of its step's samples it is of, from 1.
    package internal(set) var sample = 1

    /// Why a value did not pass, or a cycle could not be decided.
    package enum Reason: String, Sendable, CaseIterable {
        case outOfTolerance = "out_of_tolerance"
        case calibration
        case badValue = "bad_value"
        /// The value's unit is not one of the characteristic's kind.
        case unit
        case timeout
        case aborted
        /// The device itself called its result invalid.
        case deviceInvalid = "device_invalid"
        /// The device was switched off and on while it worked on the step.
        case deviceRestarted = "device_restarted"
        /// The device holds other set points than it was told.
        case notSet = "not_set"
        /// START was not scanned in time.
        case notBegun = "not_begun"
        /// The gateway could not decide because a device stayed out of reach.
        case offline
        /// The device's serial number is not, or not known to be, the one that the configuration states: its
        /// calibration may be that of another gauge.
        case gaugeIdentity = "gauge_identity"
        /// A screw that had passed was loosened.
        case loosened
    }
}

extension MeasurementResult {
    /// Judges `sample`, taken with `gauge`, against `characteristic`.
    ///
    /// Unknown is never a pass: a value that is missing, bad, of another kind of unit, or taken with a gauge
    /// whose calibration is missing or overdue on the day it was taken, or belongs to another device, is
    /// INDETERMINATE.
    package init(
        judging sample: Sample?, against characteristic: Characteristic, with gauge: Gauge,
        on day: CalendarDate, sample number: Int = 1
    ) {
        let calibration = gauge.calibrationStatus(on: sample?.stamp.utc.date ?? day)
        let judged = Self.judge(sample, characteristic.requirement)
        // What could not even be judged says more than that its gauge is not vouched for.
        let doubt: Reason? =
            gauge.isTheOneStated ? calibration == .current ? nil : .calibration : .gaugeIdentity
        let isVouchedFor = doubt == nil || Self.unjudged.contains(judged.reason)
        self.init(
            characteristic: characteristic, value: judged.value,
            verdict: isVouchedFor ? judged.verdict : .indeterminate,
            reason: isVouchedFor ? judged.reason : doubt,
            quality: sample?.quality ?? .bad(.offline), takenAt: sample?.stamp.utc, raw: sample?.raw ?? [],
            provenance: min(sample?.provenance ?? .live, gauge.provenance), gauge: gauge,
            calibration: calibration, sample: number)
    }

    /// The same of a device that calls its own result invalid: never a pass.
    var disowned: MeasurementResult {
        guard verdict == .pass else { return self }
        return MeasurementResult(
            characteristic: characteristic, value: value, verdict: .indeterminate, reason: .deviceInvalid,
            quality: quality, takenAt: takenAt, raw: raw, provenance: provenance, gauge: gauge,
            calibration: calibration, sample: sample)
    }

    private static let unjudged: [Reason?] = [.badValue, .unit, .deviceInvalid]

    /// A characteristic that was never measured, because its cycle ended before.
    package init(
        missing characteristic: Characteristic, because reason: Reason, gauge: Gauge, on day: CalendarDate,
        sample: Int = 1
    ) {
        self.init(
            characteristic: characteristic, value: nil, verdict: .indeterminate, reason: reason,
            quality: .bad(reason == .timeout ? .timeout : .offline), takenAt: nil, raw: [],
            provenance: gauge.provenance,
            gauge: gauge, calibration: gauge.calibrationStatus(on: day), sample: sample)
    }

    private static func judge(
        _ sample: Sample?, _ requirement: Characteristic.Requirement
    ) -> (value: PointValue?, verdict: Verdict, reason: Reason?) {
        guard let sample, sample.quality == .good, let value = sample.value else {
            let isDisowned = sample?.quality == .bad(.flagged)
            return (sample?.value, .indeterminate, isDisowned ? .deviceInvalid : .badValue)
        }
        switch requirement {
        case .text(let expected):
            guard case .text(let text) = value else { return (value, .indeterminate, .badValue) }
            return text == expected ? (value, .pass, nil) : (value, .fail, .outOfTolerance)
        case .quantity(let unit, let tolerance, let resolution):
            guard case .decimal(let decimal) = value else { return (value, .indeterminate, .badValue) }
            guard let from = sample.unit,
                let converted = try? decimal.converted(from: from, to: unit, resolution: resolution)
            else { return (value, .indeterminate, .unit) }
            let verdict = tolerance.verdict(for: converted)
            return (.decimal(converted), verdict, verdict == .pass ? nil : .outOfTolerance)
        }
    }
}

extension MeasurementResult {
    /// The element of a record's `results`.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "characteristic": .string(characteristic.id), "step": .string(characteristic.step),
            "class": .string(characteristic.classification.rawValue),
            "value": .optional(value?.description), "result": .string(verdict.rawValue),
            "reason": .optional(reason?.rawValue), "source": .string(characteristic.source.point),
            "taken_at": .optional(takenAt?.description), "sample": .number(Int64(sample)),
            "raw": .string(Hex.text(raw)),
            "gauge": gauge.json(calibration: calibration),
        ]
        switch quality {
        case .good: members["quality"] = "good"
        case .bad(let defect):
            members["quality"] = "bad"
            members["defect"] = .string(defect.rawValue)
        }
        switch characteristic.requirement {
        case .text(let expected):
            members["kind"] = "text"
            members["expected"] = .string(expected)
        case .quantity(let unit, let tolerance, _):
            members["kind"] = .string(unit.kind.rawValue)
            members["unit"] = .string(unit.code)
            members["nominal"] = .optional(tolerance.nominal?.description)
            members["lsl"] = .optional(tolerance.lsl?.description)
            members["usl"] = .optional(tolerance.usl?.description)
            members["compare"] = .string(tolerance.rule.rawValue)
        }
        return .object(members)
    }
}

extension Gauge {
    /// The `gauge` member of a result.
    package func json(calibration status: CalibrationStatus) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(id), "profile": .string(profile),
            "profile_revision": .number(Int64(profileRevision)), "profile_sha256": .string(profileSHA256),
            "calibration": [
                "certificate": .optional(calibration?.certificate),
                "due": .optional(calibration?.due.description), "status": .string(status.rawValue),
            ],
        ]
        // What the device told goes before what a person wrote down.
        for (part, text) in identity.parts { members[part.rawValue] = .string(text) }
        members["serial"] = .optional(identity[.serial] ?? serial)
        return .object(members)
    }
}
