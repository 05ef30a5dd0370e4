package import Codecs
package import Metrology

/// The moment at which something is decided, with what is known of the clock then.
package struct Moment: Sendable, Equatable {
    package let stamp: Stamp
    package let clock: ClockState

    package init(stamp: Stamp, clock: ClockState) { (self.stamp, self.clock) = (stamp, clock) }
}

/// How a device is told which cycle it works for, so that its result can be known again.
package struct BindRule: Sendable, Equatable {
    /// What is written.
    package enum Text: String, Sendable {
        /// A short token of the cycle and step, different for every start.
        case cycle
        /// The part's serial, so that the tool's own record carries it; the token where it does not fit.
        case serial
        /// Both, the serial first, so that a result of an earlier attempt is never that of this one; the
        /// token alone where they do not fit.
        case serialAndCycle = "serial_and_cycle"
    }

    package let text: Text
    /// Characters that the device can hold.
    package let capacity: Int
    /// Whether the device's result carries it back; where it does not, only its moment tells whose it is.
    package let isEchoed: Bool

    package init(text: Text, capacity: Int, isEchoed: Bool = true) {
        (self.text, self.capacity, self.isEchoed) = (text, capacity, isEchoed)
    }

    /// What is written for the result with number `turn`, from 0, of `cycle` on the part with `serial`.
    ///
    /// A token is the result's number and the end of the cycle's id, which is random.
    package func token(cycle: String, turn: Int, serial: String) -> String {
        if text == .serial, serial.utf8.count <= capacity { return serial }
        if text == .serialAndCycle, serial.utf8.count + 1 + Self.shortToken <= capacity {
            return "\(serial)/" + Self.token(cycle: cycle, turn: turn, characters: Self.shortToken)
        }
        return Self.token(cycle: cycle, turn: turn, characters: min(capacity, Self.longToken))
    }

    /// Characters of a token: alone, and behind a serial, where the cycle's last ones tell attempts apart.
    private static let longToken = 12
    private static let shortToken = 8

    /// Digits of a turn. The first tells it modulo 62; what is beyond stands behind it in capitals, of which
    /// a cycle's id has none.
    private static let turns = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")

    private static let capitals = 26

    private static func token(cycle: String, turn: Int, characters: Int) -> String {
        var (head, rest) = (String(turns[turn % turns.count]), turn / turns.count)
        while rest > 0 {
            head.append(turns[(rest - 1) % capitals])
            rest = (rest - 1) / capitals
        }
        return head + cycle.filter { $0 != "-" }.suffix(max(0, characters - head.count))
    }
}

/// All that a station's cycles need to know and that does not change while they run.
package struct InspectionStation: Sendable, Equatable {
    package let site: String
    package let gateway: String
    package let company: String?
    /// The station's id: `flow-test-1`.
    package let id: String
    package let plan: InspectionPlan
    /// What each role of the plan is bound to.
    package let gauges: [String: Gauge]
    /// How devices in each role are told what they work for; roles without are not told.
    package let binds: [String: BindRule]
    /// The least live of everything that the station works with, scanners included.
    package let provenance: Provenance
    /// Whether people sign in with a badge; without a list of operators nobody can.
    package let asksForBadge: Bool
    /// Roles whose devices a person works once they are started: torque tools, testers with a trigger.
    package let handRoles: Set<String>
    /// Operator ids of those who may let a cycle go on with a result that is no PASS.
    package let approvers: Set<String>
    /// What is known beforehand of parts; nil where the configuration names no part table.
    package let parts: PartTable?
    /// The `software` member of records: name, version, build.
    package let software: JSONValue

    package init(
        site: String, gateway: String, company: String?, id: String, plan: InspectionPlan,
        gauges: [String: Gauge], binds: [String: BindRule], provenance: Provenance, asksForBadge: Bool,
        handRoles: Set<String> = [], approvers: Set<String> = [], parts: PartTable? = nil, software: JSONValue
    ) {
        (self.site, self.gateway, self.company, self.id) = (site, gateway, company, id)
        (self.plan, self.gauges, self.binds) = (plan, gauges, binds)
        (self.provenance, self.asksForBadge, self.software) = (provenance, asksForBadge, software)
        (self.handRoles, self.approvers, self.parts) = (handRoles, approvers, parts)
    }
}
