extension Procedure3964R {
    mutating func take(_ byte: UInt8, at now: Int64) -> [Action] {
        switch state {
        case .idle where byte == Self.startOfText: return answer(at: now)
        case .idle, .babble:
            state = .babble
            wait(Self.characterNanoseconds, at: now)
            return []
        case .asking: return takeAnswer(byte, at: now)
        case .awaiting:
            guard byte == Self.dataLinkEscape else { return retry(at: now) }
            (block, state) = (nil, .idle)
            wait(nil, at: now)
            return [.sent]
        case .receiving: return receive(byte, at: now)
        }
    }

    /// Asks to send what is to be sent, where nothing else is under way.
    mutating func begin(at now: Int64) -> [Action] {
        guard block != nil, case .idle = state else { return [] }
        state = .asking
        sendAttempts += 1
        wait(Self.acknowledgementNanoseconds, at: now)
        return [.transmit([Self.startOfText])]
    }

    /// Asks once more, or gives up with a NAK.
    mutating func retry(at now: Int64) -> [Action] {
        state = .idle
        wait(nil, at: now)
        guard sendAttempts >= Self.attempts else { return begin(at: now) }
        block = nil
        return [.transmit([Self.notAcknowledged]), .notSent]
    }

    /// Refuses what came.
    ///
    /// The other side asks again at once, and what is to be sent here would only collide with it: it waits as
    /// long as an answer may take.
    mutating func refuse(at now: Int64) -> [Action] {
        state = .idle
        reception = Reception()
        wait(Self.acknowledgementNanoseconds, at: now)
        receiveAttempts += 1
        guard receiveAttempts >= Self.attempts else { return [.transmit([Self.notAcknowledged])] }
        receiveAttempts = 0
        return [.transmit([Self.notAcknowledged]), .notReceived]
    }

    /// The other side asks to send: DLE, and its block is awaited.
    private mutating func answer(at now: Int64) -> [Action] {
        (state, reception) = (.receiving, Reception())
        wait(Self.characterNanoseconds, at: now)
        return [.transmit([Self.dataLinkEscape])]
    }

    private mutating func takeAnswer(_ byte: UInt8, at now: Int64) -> [Action] {
        switch byte {
        case Self.dataLinkEscape:
            state = .awaiting
            wait(Self.acknowledgementNanoseconds, at: now)
            return [.transmit(Self.wire(block ?? []))]
        // Both ask at once: the one with low priority gives way, and asks again after it has received.
        case Self.startOfText where priority == .low:
            sendAttempts -= 1
            return answer(at: now)
        case Self.startOfText: return []
        default: return retry(at: now)
        }
    }

    private mutating func receive(_ byte: UInt8, at now: Int64) -> [Action] {
        if reception.isEnding { return end(byte, at: now) }
        reception.check ^= byte
        if reception.isEscaped {
            reception.isEscaped = false
            switch byte {
            case Self.dataLinkEscape: reception.block.append(byte)
            case Self.endOfText: reception.isEnding = true
            default: return babble(at: now)
            }
        } else if byte == Self.dataLinkEscape {
            reception.isEscaped = true
        } else {
            reception.block.append(byte)
        }
        guard reception.block.count <= Self.longestBlock else { return babble(at: now) }
        wait(Self.characterNanoseconds, at: now)
        return []
    }

    private mutating func end(_ byte: UInt8, at now: Int64) -> [Action] {
        guard byte == reception.check else { return refuse(at: now) }
        let block = reception.block
        (state, reception, receiveAttempts) = (.idle, Reception(), 0)
        wait(nil, at: now)
        return [.transmit([Self.dataLinkEscape]), .received(block)] + begin(at: now)
    }

    /// What is coming is no block: NAK once it ends.
    private mutating func babble(at now: Int64) -> [Action] {
        state = .babble
        wait(Self.characterNanoseconds, at: now)
        return []
    }
}
