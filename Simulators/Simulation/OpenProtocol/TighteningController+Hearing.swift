/// What the controller makes of a telegram before anybody looks into its data: who speaks, numbers, faults.
extension TighteningController {
    /// Seconds without a word from the client that end the connection (R 2.16.0, section 5.28.1).
    static let silence = 15.0
    /// Seconds until something unacknowledged is sent again, and how often it is sent (section 3.3.5).
    static let (retryAfter, mostTries) = (10.0, 3)

    /// Codes of 0004 that the link itself gives (table 20).
    private enum Code {
        static let busy = 16
        static let clientConnected = 96
        static let revision = 97
    }

    mutating func hear(_ telegram: Telegram, from place: Int, at now: ShopTime) {
        sessions[place].lastHeard = now
        let client = sessions[place].client
        if suffers.contains(where: { $0.kind == .reset }) { return close(client, abruptly: true, at: now) }
        if acknowledgesResult(telegram, place), suffers.contains(where: { $0.kind == .lostAcknowledge }) {
            // The network goes between the result and its acknowledgement.
            return close(client, abruptly: true, at: now)
        }
        guard !sessions[place].isHung else { return }
        if telegram.mid == 1 { return start(telegram, client, at: now) }
        guard sessions[place].isStarted else { return }  // it answers nothing else before 0001
        switch telegram.mid {
        case 9_997, 9_998: return linkAcknowledged(telegram, place, at: now)
        case 9_999: return keepAlive(telegram, place, at: now)
        default: break
        }
        guard isInSequence(telegram, place, at: now) else { return }
        obey(telegram, from: client, at: now)
        sendWaiting(client, at: now)
    }

    /// Whether `telegram` acknowledges a result, by its own telegram or at link level.
    private func acknowledgesResult(_ telegram: Telegram, _ place: Int) -> Bool {
        switch telegram.mid {
        case 62, 102: true
        case 9_997: sessions[place].outstanding[0]?.result != nil
        default: false
        }
    }

    // MARK: Start and keep-alive

    private mutating func start(_ telegram: Telegram, _ client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        if sessions[place].isStarted {
            return refuse(1, Code.clientConnected, to: client, at: now)
        }
        if sessions.contains(where: { $0.isStarted }) {
            refuse(1, Code.clientConnected, to: client, at: now)
            return close(client, abruptly: false, at: now)
        }
        let revision = telegram.usualRevision
        guard revision <= settings.quirks.startRevision else {
            return refuse(1, Code.revision, to: client, at: now)
        }
        sessions[place].isStarted = true
        send(identity(revision), to: client, at: now)
    }

    /// 0002 by tables 12 to 18.
    private func identity(_ revision: Int) -> Telegram {
        var writer = FieldWriter(numberedFrom: 1)
        writer.number(names.cell, 4)
        writer.number(names.channel, 2)
        writer.text(names.controller, 25)
        if revision >= 2 { writer.text(settings.quirks.supplier, 3) }
        if revision >= 3 {
            writer.text("2.16.0", 19)
            writer.text("SIM 1.0", 19)
            writer.text("SIM-TOOL 1.0", 19)
        }
        if revision >= 4 {
            writer.text("NONE", 24)
            writer.text("0000000001", 10)
        }
        if revision >= 5 {
            writer.number(0, 3)  // a system type that no maker has
            writer.number(0, 3)
        }
        if revision >= 6 {
            writer.number(settings.quirks.acknowledgesLinks ? 1 : 0, 1)
            writer.number(0, 1)
            writer.number(names.cell, 10)
            writer.text(id, 25)
            writer.number(1, 1)
        }
        if revision >= 7 { writer.number(0, 1) }
        return Telegram(2, revision: revision, data: writer.bytes)
    }

    /// Mirrors it; a make that cannot bear it so often hangs.
    private mutating func keepAlive(_ telegram: Telegram, _ place: Int, at now: ShopTime) {
        let shortest = settings.quirks.shortestKeepAlive
        if shortest > 0, let last = sessions[place].lastKeepAlive, now - last < real(shortest) {
            sessions[place].isHung = true
            return
        }
        sessions[place].lastKeepAlive = now
        transmit(telegram, to: sessions[place].client, at: now)
    }

    // MARK: Link-level acknowledgement (section 3.2)

    /// Whether `telegram` is to be obeyed; a numbered one is acknowledged here.
    private mutating func isInSequence(_ telegram: Telegram, _ place: Int, at now: ShopTime) -> Bool {
        guard settings.quirks.acknowledgesLinks, let sequence = telegram.sequence else { return true }
        var link = sessions[place].link ?? .init()
        defer { if sessions.indices.contains(place) { sessions[place].link = link } }
        let client = sessions[place].client
        if let last = link.last, last.sequence == sequence {
            transmit(last.answer, to: client, at: now)
            return false
        }
        guard sequence == link.nextExpected else {
            transmit(
                linkAnswer(9_998, telegram.mid, "0003", sequence: link.nextExpected), to: client, at: now)
            return false
        }
        link.nextExpected = ControllerSession.Link.following(sequence)
        let answer = linkAnswer(9_997, telegram.mid, "", sequence: link.nextExpected)
        link.last = (sequence, answer)
        transmit(answer, to: client, at: now)
        return true
    }

    private func linkAnswer(_ mid: Int, _ about: Int, _ code: String, sequence: Int) -> Telegram {
        var answer = Telegram(mid, data: FieldWriter.digits(about, 4) + Array(code.utf8))
        answer.sequence = sequence
        return answer
    }

    /// 9997 carries the number that is expected next; 9998 leaves the telegram to be sent again in its time.
    private mutating func linkAcknowledged(_ telegram: Telegram, _ place: Int, at now: ShopTime) {
        guard telegram.mid == 9_997, let waiting = sessions[place].outstanding[0],
            let sequence = waiting.telegram.sequence,
            telegram.sequence == ControllerSession.Link.following(sequence)
        else { return }
        settle(lane: 0, at: place)
        sendWaiting(sessions[place].client, at: now)
    }

    // MARK: Sending

    /// Sends `telegram` as an answer: under link-level acknowledgement it takes its turn and a number.
    mutating func send(_ telegram: Telegram, to client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }),
            sessions[place].link != nil
        else { return transmit(telegram, to: client, at: now) }
        sessions[place].enqueue(telegram, result: nil, isAcknowledged: true)
        sendWaiting(client, at: now)
    }

    /// Sends whatever has waited for its turn.
    mutating func sendWaiting(_ client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        while let next = sessions[place].takeSendable() {
            var telegram = next.telegram
            let isNumbered = sessions[place].link != nil
            if var link = sessions[place].link {
                telegram.sequence = link.nextToSend
                link.nextToSend = ControllerSession.Link.following(link.nextToSend)
                sessions[place].link = link
            }
            if next.isAcknowledged || isNumbered {
                let lane = sessions[place].lane(telegram.mid)
                let due = now + real(Self.retryAfter)
                sessions[place].outstanding[lane] = .init(
                    telegram: telegram, result: next.result, due: due, tries: 1)
            } else if let result = next.result {
                unacknowledged.removeAll { $0 == result }
            }
            transmit(telegram, to: client, at: now)
        }
    }

    /// What was outstanding has arrived.
    mutating func settle(lane: Int, at place: Int) {
        guard let done = sessions[place].outstanding.removeValue(forKey: lane) else { return }
        guard let result = done.result else { return }
        unacknowledged.removeAll { $0 == result }
        events.append(.resultFetched)
    }

    /// Sends again what nobody has acknowledged; after the last try the connection is lost.
    mutating func repeatUnanswered(_ client: Int, at now: ShopTime) {
        guard let place = sessions.firstIndex(where: { $0.client == client }) else { return }
        for (lane, waiting) in sessions[place].outstanding where waiting.due <= now {
            guard waiting.tries < Self.mostTries else { return close(client, abruptly: false, at: now) }
            sessions[place].outstanding[lane]?.tries += 1
            let due = now + real(Self.retryAfter)
            sessions[place].outstanding[lane]?.due = due
            transmit(waiting.telegram, to: client, at: now)
        }
    }

    mutating func accept(_ mid: Int, to client: Int, at now: ShopTime) {
        send(Telegram(5, data: FieldWriter.digits(mid, 4)), to: client, at: now)
    }

    mutating func refuse(_ mid: Int, _ code: Int, to client: Int, at now: ShopTime) {
        send(
            Telegram(4, data: FieldWriter.digits(mid, 4) + FieldWriter.digits(code, 2)), to: client, at: now)
    }

    var names: ControllerNames {
        ControllerNames(controller: settings.controllerName, tool: toolSerial)
    }

    var resultTelegrams: ResultTelegrams {
        ResultTelegrams(names: names, lastResultOffset: settings.quirks.lastResultOffset)
    }
}
