extension OpenProtocolLayout {
    /// MID 0061, revisions 1 to 10 (specification R2.16, tables 98 to 107).
    static let result: [OpenProtocolLayout?] =
        [OpenProtocolLayout(resultRevision1)]
        + revisions(
            [
                resultRevision2,
                [(.parameterSetName, 25, .text), (.torqueUnit, 1, .number), (.resultType, 2, .number)],
                [(.identifier2, 25, .text), (.identifier3, 25, .text), (.identifier4, 25, .text)],
                [(.customerError, 4, .text)],
                [(.prevailCompensate, 6, .signed), (.errorBits2, 10, .number)],
                [(.compensatedAngle, 7, .signed), (.angleDecimal, 7, .signed)],
                resultPostView,
                resultAmperes,
                resultOverall,
            ])

    /// MID 0061, revision 999: short, and without parameter ids (table 109).
    static let resultLight = OpenProtocolLayout(
        hasIDs: false,
        [
            (.identifier, 25, .text), (.jobID, 2, .number), (.parameterSetID, 3, .number),
            (.batchSize, 4, .number), (.batchCounter, 4, .number), (.batchStatus, 1, .number),
            (.tighteningStatus, 1, .number), (.torqueStatus, 1, .number), (.angleStatus, 1, .number),
            (.torque, 6, .signed), (.angle, 5, .signed), (.time, 19, .time),
            (.parameterSetChanged, 19, .time),
            (.tighteningID, 10, .paddedNumber),
        ])

    /// MID 0065, revisions 1 to 10 (tables 112 to 121).
    static let oldResult: [OpenProtocolLayout?] =
        [OpenProtocolLayout(oldResultRevision1)]
        + revisions(
            [
                oldResultRevision2,
                [(.torqueUnit, 1, .number), (.resultType, 2, .number)],
                [(.identifier2, 25, .text), (.identifier3, 25, .text), (.identifier4, 25, .text)],
                [(.customerError, 4, .text)],
                [(.prevailCompensate, 6, .signed), (.errorBits2, 10, .number)],
                [(.stationID, 10, .paddedNumber), (.stationName, 25, .text)],
                resultPostView,
                resultAmperes,
                resultOverall,
            ])

    private static let resultRevision1: [Row] = [
        (.cellID, 4, .number), (.channelID, 2, .number), (.controllerName, 25, .text),
        (.identifier, 25, .text), (.jobID, 2, .number), (.parameterSetID, 3, .number),
        (.batchSize, 4, .number), (.batchCounter, 4, .number), (.tighteningStatus, 1, .number),
        (.torqueStatus, 1, .number), (.angleStatus, 1, .number), (.torqueMin, 6, .signed),
        (.torqueMax, 6, .signed), (.torqueTarget, 6, .signed), (.torque, 6, .signed), (.angleMin, 5, .signed),
        (.angleMax, 5, .signed), (.angleTarget, 5, .signed), (.angle, 5, .signed), (.time, 19, .time),
        (.parameterSetChanged, 19, .time), (.batchStatus, 1, .number), (.tighteningID, 10, .paddedNumber),
    ]

    private static let resultRevision2: [Row] = [
        (.cellID, 4, .number), (.channelID, 2, .number), (.controllerName, 25, .text),
        (.identifier, 25, .text), (.jobID, 4, .number), (.parameterSetID, 3, .number),
        (.strategy, 2, .number),
        (.strategyOptions, 5, .number), (.batchSize, 4, .number), (.batchCounter, 4, .number),
        (.tighteningStatus, 1, .number), (.batchStatus, 1, .number), (.torqueStatus, 1, .number),
        (.angleStatus, 1, .number), (.rundownAngleStatus, 1, .number), (.currentStatus, 1, .number),
        (.selfTapStatus, 1, .number), (.prevailTorqueStatus, 1, .number),
        (.prevailCompensateStatus, 1, .number), (.errorBits, 10, .number), (.torqueMin, 6, .signed),
        (.torqueMax, 6, .signed), (.torqueTarget, 6, .signed), (.torque, 6, .signed), (.angleMin, 5, .signed),
        (.angleMax, 5, .signed), (.angleTarget, 5, .signed), (.angle, 5, .signed),
        (.rundownAngleMin, 5, .signed), (.rundownAngleMax, 5, .signed), (.rundownAngle, 5, .signed),
        (.currentMin, 3, .number), (.currentMax, 3, .number), (.current, 3, .number),
        (.selfTapMin, 6, .signed), (.selfTapMax, 6, .signed), (.selfTapTorque, 6, .signed),
        (.prevailMin, 6, .signed), (.prevailMax, 6, .signed), (.prevailTorque, 6, .signed),
        (.tighteningID, 10, .paddedNumber), (.jobSequence, 5, .number), (.syncID, 5, .number),
        (.toolSerial, 14, .text), (.time, 19, .time), (.parameterSetChanged, 19, .time),
    ]

    /// Revision 8 of both MIDs.
    private static let resultPostView: [Row] = [
        (.startFinalAngle, 6, .signed), (.postViewTorque, 1, .number), (.postViewTorqueHigh, 6, .signed),
        (.postViewTorqueLow, 6, .signed),
    ]

    /// Revision 9 of both MIDs.
    private static let resultAmperes: [Row] = [
        (.currentAmperes, 5, .number), (.currentAmperesMin, 5, .number), (.currentAmperesMax, 5, .number),
    ]

    /// Revision 10 of both MIDs.
    private static let resultOverall: [Row] = [
        (.angleNumerator, 5, .number), (.angleDenominator, 5, .number), (.overallAngleStatus, 1, .number),
        (.overallAngleMin, 5, .signed), (.overallAngleMax, 5, .signed), (.overallAngle, 5, .signed),
        (.peakTorque, 6, .signed), (.breakawayTorque, 6, .signed), (.startRundownAngle, 6, .signed),
        (.rundownAngleComplete, 6, .signed),
    ]

    private static let oldResultRevision1: [Row] = [
        (.tighteningID, 10, .paddedNumber), (.identifier, 25, .text), (.parameterSetID, 3, .number),
        (.batchCounter, 4, .number), (.tighteningStatus, 1, .number), (.torqueStatus, 1, .number),
        (.angleStatus, 1, .number), (.torque, 6, .signed), (.angle, 5, .signed), (.time, 19, .time),
        (.batchStatus, 1, .number),
    ]

    private static let oldResultRevision2: [Row] = [
        (.tighteningID, 10, .paddedNumber), (.identifier, 25, .text), (.jobID, 4, .number),
        (.parameterSetID, 3, .number), (.strategy, 2, .number), (.strategyOptions, 5, .number),
        (.batchSize, 4, .number), (.batchCounter, 4, .number), (.tighteningStatus, 1, .number),
        (.batchStatus, 1, .number), (.torqueStatus, 1, .number), (.angleStatus, 1, .number),
        (.rundownAngleStatus, 1, .number), (.currentStatus, 1, .number), (.selfTapStatus, 1, .number),
        (.prevailTorqueStatus, 1, .number), (.prevailCompensateStatus, 1, .number),
        (.errorBits, 10, .number), (.torque, 6, .signed), (.angle, 5, .signed), (.rundownAngle, 5, .signed),
        (.current, 3, .number), (.selfTapTorque, 6, .signed), (.prevailTorque, 6, .signed),
        (.jobSequence, 5, .number), (.syncID, 5, .number), (.toolSerial, 14, .text), (.time, 19, .time),
    ]
}
