/// Which alarms a controller shows, as it tells of them one by one.
///
/// MID 0071 says that one has come up, MID 0074 that it was acknowledged at the controller, and MID 0076
/// whether one is on and which: that is told at the beginning of a subscription, and by some at each change.
struct AlarmBook: Sendable {
    /// What a message has changed.
    struct Change: Equatable {
        var raised: [DeviceAlarm] = []
        var cleared: [DeviceAlarm] = []
    }

    /// Alarms that are kept; an older one goes for each beyond: a controller has a handful at once.
    static let most = 16

    /// Those that are on, in the order in which they came.
    private(set) var active: [DeviceAlarm] = []
    /// Whether the controller has said on this connection which are on.
    private var isConfirmed = false

    /// A connection begins: what is known may be over by now.
    mutating func begin() { isConfirmed = false }

    /// The connection has been set up: what the controller has not spoken of since is taken for over.
    mutating func settle() -> Change { isConfirmed ? Change() : replace(by: []) }

    /// MID 0071.
    mutating func raised(_ alarm: DeviceAlarm) -> Change {
        if let place = active.firstIndex(where: { $0.code == alarm.code }) {
            // The same once more: its words may be new.
            active[place] = alarm
            return Change()
        }
        let dropped = active.count < Self.most ? [] : [active.removeFirst()]
        active.append(alarm)
        return Change(raised: [alarm], cleared: dropped)
    }

    /// MID 0074.
    mutating func acknowledged(_ code: String) -> Change {
        guard let place = active.firstIndex(where: { $0.code == code }) else { return Change() }
        return Change(cleared: [active.remove(at: place)])
    }

    /// MID 0076: `alarm` is on, or none is.
    mutating func status(_ alarm: DeviceAlarm?) -> Change {
        isConfirmed = true
        return replace(by: alarm.map { [$0] } ?? [])
    }

    private mutating func replace(by alarms: [DeviceAlarm]) -> Change {
        let cleared = active.filter { old in !alarms.contains { $0.code == old.code } }
        let raised = alarms.filter { new in !active.contains { $0.code == new.code } }
        active = alarms
        return Change(raised: raised, cleared: cleared)
    }
}
