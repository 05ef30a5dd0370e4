import Drivers
import Inspection

/// Which notices of one device are entered into the ledger: eight of a kind in ten seconds, and of a flood
/// one in ten seconds, with the number of those that were left out before it.
///
/// What begins and what ends are of one kind: of a flood of both the newest is entered, which says how it is.
struct NoticeGate: Sendable {
    struct Entry: Sendable, Equatable {
        let notice: DeviceNotice
        /// Those of its kind that were left out before it.
        let folded: Int64
    }

    private struct Window: Sendable {
        let end: Int64
        /// How many may still be entered.
        var room: Int
        var folded: Int64 = 0
        /// The newest of those that were left out.
        var latest: DeviceNotice?
    }

    /// More of a kind than a device has to say in an hour that works; both were made up for this purpose.
    static let most = 8
    static let windowNanoseconds: Int64 = 10_000_000_000

    private var windows: [AuditEvent: Window] = [:]

    /// What is entered at `now` (monotonic, ns) because of `notice`.
    mutating func take(_ notice: DeviceNotice, at now: Int64) -> [Entry] {
        let before = due(at: now)
        let kind = Self.kind(notice.event)
        var window = windows[kind] ?? Window(end: Self.end(after: now), room: Self.most)
        defer { windows[kind] = window }
        guard window.room > 0 else {
            (window.folded, window.latest) = (window.folded + 1, notice)
            return before
        }
        window.room -= 1
        return before + [Entry(notice: notice, folded: 0)]
    }

    /// What was left out and is entered at `now`: the newest of each kind.
    mutating func due(at now: Int64) -> [Entry] {
        var entries: [Entry] = []
        for (event, window) in windows.sorted(by: { $0.key.rawValue < $1.key.rawValue })
        where now >= window.end {
            guard let latest = window.latest else {
                windows[event] = nil
                continue
            }
            entries.append(Entry(notice: latest, folded: window.folded - 1))
            // It goes on as one in each window until one is quiet.
            windows[event] = Window(end: Self.end(after: now), room: 0)
        }
        return entries
    }

    private static func kind(_ event: AuditEvent) -> AuditEvent {
        switch event {
        case .alarmCleared: .alarmRaised
        case .deviceClockSet: .deviceClockOff
        default: event
        }
    }

    private static func end(after now: Int64) -> Int64 {
        now.addingReportingOverflow(windowNanoseconds).partialValue
    }
}
