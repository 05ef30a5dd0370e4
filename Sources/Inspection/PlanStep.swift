package import Metrology

/// One stage of a cycle: set points, then results that a device reports as complete.
package struct PlanStep: Sendable, Equatable {
    package let id: String
    /// What the technician is to do, in one sentence.
    package let title: String
    /// The role whose completed device cycle ends this step: `bench` in `complete: bench.cycle`.
    package let completes: String
    /// What is written to that device when it starts, in the order of the file.
    package let settings: [StepSetting]
    /// How long each result may take before the record ends INDETERMINATE.
    package let timeoutSeconds: Int
    /// How many results the step needs, each judged by the same characteristics: four screws of one cap.
    package let count: Int
    /// What becomes of a result that is no PASS.
    package let onFailure: FailureRule

    /// More samples than one step of a part has.
    package static let mostSamples = 100

    package init(
        id: String, title: String, completes: String, settings: [StepSetting], timeoutSeconds: Int,
        count: Int = 1, onFailure: FailureRule = .close
    ) {
        (self.id, self.title, self.completes) = (id, title, completes)
        (self.settings, self.timeoutSeconds) = (settings, timeoutSeconds)
        (self.count, self.onFailure) = (count, onFailure)
    }

    /// A step whose set points are the same for every part.
    package init(
        id: String, title: String, completes: String, setPoints: [SetPoint], timeoutSeconds: Int,
        count: Int = 1, onFailure: FailureRule = .close
    ) {
        self.init(
            id: id, title: title, completes: completes,
            settings: setPoints.map { StepSetting(point: $0.point, value: .always($0.value)) },
            timeoutSeconds: timeoutSeconds, count: count, onFailure: onFailure)
    }

    /// What is written for a part with this number; nil where a setting has no value for it, so that the
    /// step must not start.
    package func setPoints(for partNumber: String) -> [SetPoint]? {
        var setPoints: [SetPoint] = []
        for setting in settings {
            guard let value = setting.value(for: partNumber) else { return nil }
            setPoints.append(SetPoint(point: setting.point, value: value))
        }
        return setPoints
    }
}

/// A point that a step sets, and to what.
package struct StepSetting: Sendable, Equatable {
    /// In the point's own unit.
    package enum Value: Sendable, Equatable {
        case always(ExactDecimal)
        /// By part number; every one of the plan has a value.
        case byPartNumber([String: ExactDecimal])
    }

    /// A writable point of the device's profile.
    package let point: String
    package let value: Value

    package init(point: String, value: Value) { (self.point, self.value) = (point, value) }

    package func value(for partNumber: String) -> ExactDecimal? {
        switch value {
        case .always(let value): value
        case .byPartNumber(let values): values[partNumber]
        }
    }
}

/// A value that is written to a device before it starts.
package struct SetPoint: Sendable, Equatable {
    /// A writable point of the device's profile.
    package let point: String
    /// In the point's own unit.
    package let value: ExactDecimal

    package init(point: String, value: ExactDecimal) { (self.point, self.value) = (point, value) }
}
