/// What a field of a message with a fixed layout means; the same meaning has the same name in every MID and
/// revision, whatever its place and parameter id.
///
/// Torques are hundredths of the torque unit (Nm unless `torqueUnit` says otherwise), cut off, not rounded;
/// angles are whole degrees unless `angleNumerator` and `angleDenominator` scale them.
package enum OpenProtocolField: Int, Sendable, CaseIterable {
    // The controller.
    case cellID, channelID, controllerName, supplierCode, protocolVersion, controllerSoftware, toolSoftware
    case rbuType, controllerSerial, systemType, systemSubtype, hasSequenceNumbers, hasLinking, stationID
    case stationName, clientID, isKeepAliveOptional
    // What was tightened, with what.
    case identifier, identifier2, identifier3, identifier4, jobID, parameterSetID, parameterSetName, strategy
    case strategyOptions, batchSize, batchCounter, toolSerial
    // How it went.
    case tighteningStatus, batchStatus, torqueStatus, angleStatus, rundownAngleStatus, currentStatus
    case selfTapStatus, prevailTorqueStatus, prevailCompensateStatus, errorBits, errorBits2, customerError
    case resultType, tighteningID, jobSequence, syncID
    // Torques.
    case torqueMin, torqueMax, torqueTarget, torque, torqueUnit, selfTapMin, selfTapMax, selfTapTorque
    case prevailMin, prevailMax, prevailTorque, prevailCompensate, startFinalAngle, postViewTorque
    case postViewTorqueHigh, postViewTorqueLow, peakTorque, breakawayTorque, startRundownAngle
    case rundownAngleComplete
    // Angles.
    case angleMin, angleMax, angleTarget, angle, rundownAngleMin, rundownAngleMax, rundownAngle
    case compensatedAngle, angleDecimal, angleNumerator, angleDenominator, overallAngleStatus
    case overallAngleMin, overallAngleMax, overallAngle
    // Currents, in percent, and in hundredths of an ampere.
    case currentMin, currentMax, current, currentAmperes, currentAmperesMin, currentAmperesMax
    // Times, as the controller's clock had them.
    case time, parameterSetChanged
    // A parameter set.
    case rotationDirection, firstTarget
    // A job.
    case jobName, forcedOrder, jobFirstSeconds, jobSeconds, jobBatchMode, isLockedAtJobDone, hasLineControl
    case isJobRepeated, toolLoosening, jobRepair, jobStepCount, jobStatus, jobStep, jobSteps, jobStepType
    case jobTighteningStatus
    // A tool.
    case toolTightenings, lastCalibration, calibrationValue, lastService, tighteningsSinceService, toolType
    case motorSize, openEnd, toolMaxTorque, gearRatio, toolFullSpeed, primaryTool, toolModel, toolNumber
    case toolArticle, rundownMinSpeed, downshiftMaxSpeed, downshiftMinSpeed
    // An alarm, and a relay.
    case isAlarmActive, alarmCode, isControllerReady, isToolReady, toolHealth, alarmText, relay, isRelayOn
    // Several spindles at once.
    case spindleCount, syncStatus

    /// The name in the form in which records carry it.
    package var name: String { "\(self)" }
}
