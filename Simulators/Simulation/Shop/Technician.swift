/// How long a technician takes for what hands do; shop time.
package struct WorkPace: Sendable, Equatable {
    /// To fetch a part and clamp it into the bench.
    package var fetching = ShopTime.seconds(4)
    /// Before each scan.
    package var scanning = ShopTime.seconds(1.5)
    /// From the tool's showing a barcode to the tightened screw.
    package var tightening = ShopTime.seconds(4)
    /// Without a new start after the last acknowledgement, before the part is taken to be done.
    package var quiet = ShopTime.seconds(1.5)
    /// Without any reaction, before badge and part are scanned again.
    package var patience = ShopTime.seconds(20)

    package init() {}
}

/// A technician at one station, who knows nothing but what a person sees on the devices: scans a badge and a
/// part, tightens when the tool shows a barcode, and takes the part out when the bench asks for no more.
package struct Technician: Sendable {
    /// What a technician does to the shop.
    package enum Act: Sendable {
        case scan(scanner: String, ScannedCode)
        case hands(device: String, HandAct)
        /// The part is done; `count` parts are so far.
        case partDone(serial: String, count: Int)
    }

    private enum State: Sendable, Equatable {
        case waiting
        case fetching
        case scanningBadge
        case scanningPart
        case working
        case home
    }

    let station: Scenario.Station
    private let parts: PartSupply
    private let seed: UInt64
    private let pace: WorkPace
    /// Parts after which the technician goes home; nil for never.
    private let lastPart: Int?
    private var state = State.waiting
    private var next: ShopTime?
    private(set) var index = 0
    private var lastActivity = ShopTime.zero
    private var acknowledged = 0
    private var benchIsBusy = false
    private var toolResultIsUnread = false
    private var tighteningDue: ShopTime?
    private var tightenings = 0
    /// Whether the tool of a station without a bench may turn.
    private var toolIsUnlocked = false
    /// Good screws of this part at such a station.
    private var goodScrews = 0

    init(station: Scenario.Station, supply: PartSupply, seed: UInt64, pace: WorkPace, lastPart: Int?) {
        (self.station, parts, self.seed) = (station, supply, seed)
        (self.pace, self.lastPart) = (pace, lastPart)
    }

    package var isHome: Bool { state == .home }
    package var partsDone: Int { index }

    /// Serial of the part in the bench; nil between parts.
    package var serial: String? {
        switch state {
        case .waiting, .fetching, .home: nil
        case .scanningBadge, .scanningPart, .working: parts.serial(index)
        }
    }

    package var nextChange: ShopTime? {
        guard state == .working else { return next }
        return [tighteningDue, doneAt ?? impatientAt].compactMap { $0 }.min()
    }

    /// All devices are reachable: work begins.
    mutating func begin(at now: ShopTime) {
        guard state == .waiting else { return }
        goOn(.fetching, pace.fetching, now)
    }

    /// Something happened at a device of this station.
    mutating func notice(_ event: DeviceEvent, at now: ShopTime) {
        lastActivity = now
        switch event {
        case .started: benchIsBusy = true
        case .resultShown: break
        case .acknowledged:
            acknowledged += 1
            benchIsBusy = false
        case .aborted, .resultExpired: benchIsBusy = false
        case .barcodeShown: tighteningDue = now + pace.tightening
        case .toolUnlocked:
            toolIsUnlocked = true
            plan(at: now)
        case .toolLocked: (toolIsUnlocked, tighteningDue) = (false, nil)
        case .tightened(let isGood):
            (tighteningDue, toolResultIsUnread) = (nil, true)
            if isGood { goodScrews += 1 }
            plan(at: now)
        case .resultFetched: toolResultIsUnread = false
        case .restarted:
            (benchIsBusy, toolResultIsUnread, tighteningDue) = (false, false, nil)
        }
    }

    /// At a station without a bench the next screw is due where the tool may turn and one is left.
    private mutating func plan(at now: ShopTime) {
        guard station.bench == nil, state == .working, toolIsUnlocked, goodScrews < station.screws else {
            return
        }
        tighteningDue = now + pace.tightening
    }

    /// What the technician does at `now`; called again until it is empty.
    mutating func acts(at now: ShopTime) -> [Act] {
        guard let due = nextChange, due <= now else { return [] }
        switch state {
        case .waiting, .home: return []
        case .fetching:
            (acknowledged, benchIsBusy, toolResultIsUnread, tighteningDue) = (0, false, false, nil)
            goodScrews = 0
            goOn(.scanningBadge, pace.scanning, now)
            return station.bench.map {
                [.hands(device: $0, .mount(parts.injector(index, seed: seed)))]
            } ?? []
        case .scanningBadge:
            goOn(.scanningPart, pace.scanning, now)
            let badge = ScannedCode(text: Array(station.badge.utf8), aim: "]C0")
            return [.scan(scanner: station.badgeScanner, badge)]
        case .scanningPart:
            (state, next, lastActivity) = (.working, nil, now)
            plan(at: now)
            return [.scan(scanner: station.partScanner, parts.code(index))]
        case .working: return work(at: now)
        }
    }

    private mutating func work(at now: ShopTime) -> [Act] {
        if let due = tighteningDue, due <= now {
            (tighteningDue, lastActivity) = (nil, now)
            return station.tool.map { [.hands(device: $0, tightened())] } ?? []
        }
        guard let doneAt else {
            goOn(.scanningBadge, pace.scanning, now)  // nobody reacted: once more
            return []
        }
        guard doneAt <= now else { return [] }
        let serial = parts.serial(index)
        index += 1
        if lastPart == index { (state, next) = (.home, nil) } else { goOn(.fetching, pace.fetching, now) }
        let unmounting = station.bench.map { [Act.hands(device: $0, .unmount)] } ?? []
        return unmounting + [.partDone(serial: serial, count: index)]
    }

    /// When the part is taken to be done; nil while something is under way.
    private var doneAt: ShopTime? {
        let isWorkedOn = station.bench == nil ? goodScrews >= station.screws : acknowledged > 0
        guard isWorkedOn, !benchIsBusy, !toolResultIsUnread, tighteningDue == nil else { return nil }
        return lastActivity + pace.quiet
    }

    private var impatientAt: ShopTime? { benchIsBusy ? nil : lastActivity + pace.patience }

    private mutating func goOn(_ state: State, _ pause: ShopTime, _ now: ShopTime) {
        (self.state, next) = (state, now + pause)
    }

    /// A healthy screw: near 27.5 N.m and 45 degrees, as the nut of a nozzle is tightened.
    private mutating func tightened() -> HandAct {
        tightenings += 1
        var chance = Chance(seed: seed, key: "screw \(parts.serial(index)) \(tightenings)")
        return .tighten(torque: 27.5 + 0.3 * chance.deviation(), angle: 45 + 3 * chance.deviation())
    }
}
