package import Codecs

/// Polls that came in one call of `ModbusLink.start`, and stay together.
package struct PollGroup: Sendable, Hashable {
    let number: Int

    /// A group that its link knows by this number.
    package init(number: Int) { self.number = number }
}

/// One Modbus line, whatever it runs over. Units that share a line share its link; each brings its own group.
///
/// The link connects by itself, and again after each loss, until it is stopped. One request is under way at a
/// time. After `stop` it answers every transaction with `refused`.
package protocol ModbusLink: AnyObject, Sendable {
    /// The line's address without a unit: `modbus+tcp://10.0.0.5:502`.
    var name: String { get }

    /// Begins to poll; several groups may be polled at once.
    ///
    /// Throws `TransportError` where a poll breaks a limit of Modbus, a period is negative or a time-out is
    /// not positive, and where two polls have one id.
    ///
    /// - Parameter deliver: gets what came of this group's polls, in order, once per wake-up of the line's
    ///   thread, on that thread: it must be quick and must not block. When the link goes down or a unit is
    ///   demoted, it gets one failure for each poll concerned, and nothing more until there is news.
    @discardableResult
    func start(
        polls: [ModbusPoll], deliver: @escaping @Sendable ([ModbusExchange]) -> Void
    ) throws(TransportError) -> PollGroup

    /// Puts other polls in the place of a group's; throws as `start` does.
    func replace(polls: [ModbusPoll], of group: PollGroup) throws(TransportError)

    /// Says what a unit needs beside a time-out; it holds for all groups, from the next request on.
    func setTiming(_ timing: UnitTiming, of unit: UInt8)

    /// Polls faster or slower from the next due time on; an unknown poll is no fault.
    func setPeriod(_ period: Duration, ofPoll id: Int, in group: PollGroup)

    /// Ends a group; nothing is delivered for it once this thread's current delivery is over.
    func end(_ group: PollGroup)

    /// One request, ahead of the polls, in the order of the calls; the answer says what came of it.
    ///
    /// It waits for the link for at most `LineMachine.Settings.patience`, then fails as offline.
    func transact(_ request: ModbusRequest, unit: UInt8, timeout: Duration) async -> ModbusExchange

    var status: LinkStatus { get }

    /// Ends all groups, fails what waits, closes the link, and returns when its resources are free.
    func stop() async
}
