/// The tool turns: what comes of it, and who is told.
extension TighteningController {
    /// Bits of the error fields (table 99, field 20 and table 103, field 55): bit N is worth 2^(N−1), as the
    /// example frame with 8194 shows.
    private enum ErrorBit {
        static let torqueMax = 1 << 2
        static let angleMax = 1 << 3
        static let belowTarget = 1 << 14
        static let rehit = 1 << 17
        /// In the second field.
        static let stall = 1 << 1
    }

    /// What the first spindle's screw comes to.
    private struct Course {
        var torque: Double
        var angle: Double
        var free = 720.0
        var errors = 0
        var errors2 = 0
        var type = ResultType.tightening
    }

    mutating func tightened(
        torque: Double, angle: Double, _ outcome: RundownOutcome, at now: ShopTime
    ) -> Tightening {
        let id = nextID
        nextID = nextID == .max ? 1 : nextID + 1  // ten digits hold no more than 4294967295
        toolTightenings += 1
        let target = settings.target
        let course = course(outcome, torque: torque, angle: angle)
        let spindles = (0..<settings.spindles).map { spindle in
            result(of: course, spindle: spindle, id: id)
        }
        let isGood = spindles.allSatisfy(\.isGood) && course.errors == 0 && course.errors2 == 0
        let batch = countBatch(isGood: isGood && course.type == .tightening)
        return Tightening(
            id: id, identifier: identifier, job: job, pset: parameterSet,
            psetName: "PSET \(parameterSet)", batchSize: batchSize, batchCounter: batchCounter,
            batchStatus: batch, type: course.type, target: target, spindles: spindles, isGood: isGood,
            errors: course.errors, errors2: course.errors2, rundownAngle: Int(course.free),
            time: clock.text(at: now), psetChanged: setsChanged,
            rundown: Rundown(
                torque: Double(spindles[0].torque) / 100, angle: Double(spindles[0].angle),
                freeAngle: course.free, isLoosening: course.type == .loosening, seed: seed &+ UInt64(id)))
    }

    // MARK: By itself

    /// A client wants results: a tool that turns by itself begins, at a moment of its own.
    mutating func beginToTurn(at now: ShopTime) {
        guard let every = settings.every, turnsAt == nil else { return }
        var chance = Chance(seed: seed, key: "begin \(id)")
        turnsAt = now + .seconds(every.seconds * chance.unit())
    }

    /// Turns once, unless it is locked; what was missed is not made up for.
    mutating func turnByItself(due: ShopTime, at now: ShopTime) {
        guard let every = settings.every else { return }
        turnsAt = max(due + every, now)
        guard isToolEnabled else { return }
        var chance = Chance(seed: seed, key: "screw \(id) \(truth.count)")
        let (torque, angle) = (settings.target.torque, Double(settings.target.angle))
        turn(
            torque: torque * (1 + 0.01 * chance.deviation()), angle: angle * (1 + 0.05 * chance.deviation()),
            drawnOutcome, at: now)
    }

    private func course(_ outcome: RundownOutcome, torque: Double, angle: Double) -> Course {
        let target = settings.target
        var course = Course(torque: torque, angle: angle)
        switch outcome {
        case .ok: break
        case .lowTorque:
            (course.torque, course.errors) = (target.torqueMin * 0.8, ErrorBit.belowTarget)
        case .highTorque:
            (course.torque, course.errors) = (target.torqueMax * 1.07, ErrorBit.torqueMax)
        case .lowAngle: course.angle = Double(target.angleMin) * 0.5
        case .highAngle:
            course.torque = target.torqueMin * 0.4
            (course.angle, course.errors) = (Double(target.angleMax) * 1.5, ErrorBit.angleMax)
        case .stall:
            (course.torque, course.angle) = (target.torqueMin * 0.5, Double(target.angleMin) * 0.6)
            (course.errors, course.errors2) = (ErrorBit.belowTarget, ErrorBit.stall)
        case .rehit:
            (course.angle, course.free, course.errors) = (2, 1, ErrorBit.rehit)
        case .loosen:
            course.torque = target.torque * 0.85
            (course.free, course.type) = (1_080, .loosening)
        }
        return course
    }

    /// One spindle's share: each screw a little different from the first.
    private func result(of course: Course, spindle: Int, id: UInt32) -> SpindleResult {
        var chance = Chance(seed: seed, key: "spindle \(spindle) \(id)")
        let spread = spindle == 0 ? 1 : 1 + 0.004 * chance.deviation()
        let (torque, angle) = (course.torque * spread, course.angle * spread)
        let hundredths = min(FieldWriter.truncatedHundredths(torque), 999_999)
        let degrees = Int(min(max(angle, 0), 99_999))
        let target = settings.target
        guard course.type == .tightening else {
            return SpindleResult(
                torque: hundredths, angle: degrees, torqueStatus: .good, angleStatus: .good, isGood: true)
        }
        let torqueStatus = LimitStatus(torque, target.torqueMin, target.torqueMax)
        let angleStatus = LimitStatus(degrees, target.angleMin, target.angleMax)
        return SpindleResult(
            torque: hundredths, angle: degrees, torqueStatus: torqueStatus, angleStatus: angleStatus,
            isGood: torqueStatus == .good && angleStatus == .good)
    }

    /// Counts good tightenings into the batch; a full one begins anew at the next.
    private mutating func countBatch(isGood: Bool) -> BatchStatus {
        guard batchSize > 0 else { return .unused }
        if batchCounter >= batchSize { batchCounter = 0 }
        if isGood { batchCounter += 1 }
        return batchCounter >= batchSize ? .good : .running
    }

    // MARK: Telling

    /// Tells the subscriber, if there is one; a make that repeats what was not acknowledged keeps it for one.
    mutating func publish(_ result: Tightening, at now: ShopTime) {
        if settings.quirks.resendsAfterLoss { unacknowledged.append(result.id) }
        guard let place = sessions.firstIndex(where: \.isStarted) else { return }
        let client = sessions[place].client
        for mid in [61, 91, 101] {
            guard let subscription = sessions[place].subscriptions[mid],
                let telegram = telegram(of: result, mid: mid, revision: subscription.revision)
            else { continue }
            let isResult = mid != 91
            sessions[place].enqueue(
                telegram, result: isResult ? result.id : nil, isAcknowledged: subscription.isAcknowledged)
            if isResult, unacknowledged.last != result.id { unacknowledged.append(result.id) }
        }
        if unacknowledged.count > Self.mostResults { unacknowledged.removeFirst() }
        enqueueCurves(of: result, place)
        sendWaiting(client, at: now)
        if job > 0 { publishJob(at: now) }
        if result.batchStatus != .unused { publishLock(at: now) }
    }

    private func telegram(of result: Tightening, mid: Int, revision: Int) -> Telegram? {
        switch mid {
        case 61: resultTelegrams.last(result, revision: revision)
        case 91: resultTelegrams.spindleStatus(result)
        case 101: resultTelegrams.spindles(result, revision: revision)
        default: nil
        }
    }

    /// Sends a new subscriber what was never acknowledged, where the make does so.
    mutating func publishUnacknowledged(mid: Int, to place: Int, at now: ShopTime) {
        guard settings.quirks.resendsAfterLoss, let subscription = sessions[place].subscriptions[mid] else {
            return
        }
        for id in unacknowledged {
            guard let result = results.last(where: { $0.id == id }),
                let telegram = telegram(of: result, mid: mid, revision: subscription.revision)
            else { continue }
            sessions[place].enqueue(telegram, result: id, isAcknowledged: subscription.isAcknowledged)
        }
    }
}
