/// MIDs that tell of parameter sets, jobs, tools, alarms and identifiers (specification R2.16).
extension OpenProtocolLayout {
    /// MID 0013 (tables 31, 32 and 34). Revisions 3 and 4 are a car maker's own and are not laid out here.
    static let parameterSet: [OpenProtocolLayout?] = {
        let known = revisions([
            [
                (.parameterSetID, 3, .number), (.parameterSetName, 25, .text),
                (.rotationDirection, 1, .number),
                (.batchSize, 2, .number),
            ] + limits,
            [(.firstTarget, 6, .signed), (.startFinalAngle, 6, .signed)], [(.parameterSetChanged, 19, .time)],
        ])
        return [known[0], known[1], nil, nil, known[2]]
    }()

    /// MID 0015 (tables 35 and 36). The table of revision 2 prints a place twice; the lengths of its values
    /// and its end at byte 141 leave one reading, which the public tests of OpenProtocolInterpreter share.
    static let parameterSetSelected: [OpenProtocolLayout?] = [
        OpenProtocolLayout(
            hasIDs: false, [(.parameterSetID, 3, .number), (.parameterSetChanged, 19, .time)]),
        OpenProtocolLayout(
            [
                (.parameterSetID, 3, .number), (.parameterSetName, 25, .text),
                (.parameterSetChanged, 19, .time), (.rotationDirection, 1, .number), (.batchSize, 2, .number),
            ] + limits + [(.firstTarget, 6, .signed), (.startFinalAngle, 6, .signed)]),
    ]

    /// The limits of a parameter set.
    private static let limits: [Row] = [
        (.torqueMin, 6, .signed), (.torqueMax, 6, .signed), (.torqueTarget, 6, .signed),
        (.angleMin, 5, .signed), (.angleMax, 5, .signed), (.angleTarget, 5, .signed),
    ]

    /// MID 0033 up to its list of steps (tables 59 to 63).
    static let job: [OpenProtocolLayout?] =
        [OpenProtocolLayout(job(idDigits: 2))]
        + [OpenProtocolLayout?](repeating: OpenProtocolLayout(job(idDigits: 4)), count: 4)

    private static func job(idDigits: Int) -> [Row] {
        [
            (.jobID, idDigits, .number), (.jobName, 25, .text), (.forcedOrder, 1, .number),
            (.jobFirstSeconds, 4, .number), (.jobSeconds, 5, .number), (.jobBatchMode, 1, .number),
            (.isLockedAtJobDone, 1, .number), (.hasLineControl, 1, .number), (.isJobRepeated, 1, .number),
            (.toolLoosening, 1, .number), (.jobRepair, 1, .text), (.jobStepCount, 2, .number),
        ]
    }

    /// MID 0035 (tables 64 to 68).
    static let jobEvent: [OpenProtocolLayout?] = {
        let state: [Row] = [
            (.jobStatus, 1, .number), (.jobBatchMode, 1, .number), (.batchSize, 4, .number),
            (.batchCounter, 4, .number), (.time, 19, .time),
        ]
        return [OpenProtocolLayout([(.jobID, 2, .number)] + state)]
            + revisions([
                [(.jobID, 4, .number)] + state,
                [(.jobStep, 3, .number), (.jobSteps, 3, .number), (.jobStepType, 2, .number)],
                [(.jobTighteningStatus, 2, .number)],
                [
                    (.jobSequence, 5, .number), (.identifier, 25, .text), (.identifier2, 25, .text),
                    (.identifier3, 25, .text), (.identifier4, 25, .text),
                ],
            ])
    }()

    /// MID 0041 (tables 74 to 80).
    static let tool: [OpenProtocolLayout?] = revisions([
        [
            (.toolSerial, 14, .text), (.toolTightenings, 10, .paddedNumber), (.lastCalibration, 19, .time),
            (.controllerSerial, 10, .text),
        ],
        [
            (.calibrationValue, 6, .signed), (.lastService, 19, .time),
            (.tighteningsSinceService, 10, .paddedNumber), (.toolType, 2, .number), (.motorSize, 2, .number),
            (.openEnd, 3, .number), (.controllerSoftware, 19, .text),
        ],
        [(.toolMaxTorque, 6, .signed), (.gearRatio, 6, .signed), (.toolFullSpeed, 6, .signed)],
        [(.primaryTool, 2, .number)],
        [(.toolModel, 12, .text)],
        [(.toolNumber, 4, .number), (.toolArticle, 30, .text)],
        [(.rundownMinSpeed, 6, .signed), (.downshiftMaxSpeed, 6, .signed), (.downshiftMinSpeed, 6, .signed)],
    ])

    /// MID 0052 revision 2 (table 97; where parts 3 and 4 stand is misprinted, as the length of 128 shows).
    static let identifiers = OpenProtocolLayout([
        (.identifier, 25, .text), (.identifier2, 25, .text), (.identifier3, 25, .text),
        (.identifier4, 25, .text),
    ])

    /// MID 0071 (tables 133 to 135).
    static let alarm: [OpenProtocolLayout?] =
        [OpenProtocolLayout([(.alarmCode, 4, .text)] + alarmState)]
        + revisions([
            [(.alarmCode, 5, .text)] + alarmState, [(.toolHealth, 1, .number), (.alarmText, 50, .text)],
        ])

    /// MID 0074 (tables 136 and 137).
    static let alarmAcknowledged: [OpenProtocolLayout?] = [
        OpenProtocolLayout(hasIDs: false, [(.alarmCode, 4, .text)]),
        OpenProtocolLayout(hasIDs: false, [(.alarmCode, 5, .text)]),
    ]

    /// MID 0076 (tables 138 to 140).
    static let alarmStatus: [OpenProtocolLayout?] =
        [OpenProtocolLayout([(.isAlarmActive, 1, .number), (.alarmCode, 4, .text)] + alarmState)]
        + revisions([
            [(.isAlarmActive, 1, .number), (.alarmCode, 5, .text)] + alarmState, [(.toolHealth, 1, .number)],
        ])

    private static let alarmState: [Row] = [
        (.isControllerReady, 1, .number), (.isToolReady, 1, .number), (.time, 19, .time),
    ]

    /// MID 0081 (table 143).
    static let time = OpenProtocolLayout(hasIDs: false, [(.time, 19, .time)])

    /// MID 0101 up to its spindles (tables 148 to 150).
    static let multiResult = OpenProtocolLayout(
        [
            (.spindleCount, 2, .number), (.identifier, 25, .text), (.jobID, 2, .number),
            (.parameterSetID, 3, .number), (.batchSize, 4, .number), (.batchCounter, 4, .number),
            (.batchStatus, 1, .number),
        ] + limits + [
            (.parameterSetChanged, 19, .time), (.time, 19, .time), (.syncID, 5, .number),
            (.syncStatus, 1, .number),
        ])

    /// MID 0217 (table 179).
    static let relay = OpenProtocolLayout([(.relay, 3, .number), (.isRelayOn, 1, .number)])
}
