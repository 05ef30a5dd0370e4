import Testing

@testable import Simulation

/// A client of a controller under simulated time: what it sends, and the telegrams that come back.
struct ControllerClient {
    var controller: OpenProtocolController
    var now = ShopTime.zero
    let number: Int
    private(set) var isClosed = false
    private(set) var wasReset = false

    /// 2026-11-21T09:20:00Z
    static let clock: Int64 = 1_795_252_800

    init(_ settings: ControllerSettings = .init(), connecting: Bool = true) {
        controller = OpenProtocolController(
            id: "TW-1", settings: settings, seed: 7, clock: Self.clock, speed: 1)
        number = 1
        if connecting { controller.connect(number, at: now) }
    }

    /// A controller of that make.
    init(make: String) throws {
        var settings = ControllerSettings()
        settings.quirks = try #require(ControllerQuirks.named(make))
        self.init(settings)
    }

    /// Text of a telegram to send, without its NUL.
    static func telegram(
        _ mid: Int, _ revision: Int = 1, _ data: String = "", noAcknowledge: Bool = false,
        sequence: Int? = nil
    ) -> String {
        var telegram = Telegram(mid, revision: revision, data: Array(data.utf8))
        telegram.wantsNoAcknowledge = noAcknowledge
        telegram.sequence = sequence
        return String(decoding: telegram.bytes, as: UTF8.self)
    }

    /// Sends a telegram and returns everything that comes at once.
    @discardableResult mutating func say(
        _ mid: Int, _ revision: Int = 1, _ data: String = "", noAcknowledge: Bool = false,
        sequence: Int? = nil
    ) -> [String] {
        let text = Self.telegram(mid, revision, data, noAcknowledge: noAcknowledge, sequence: sequence)
        controller.receive(Array(text.utf8) + [0], from: number, at: now)
        return heard()
    }

    /// Lets `seconds` pass, and returns what comes meanwhile.
    mutating func wait(_ seconds: Double) -> [String] {
        let end = now + .seconds(seconds)
        var heard: [String] = []
        while let next = controller.nextChange, next <= end {
            now = max(next, now)
            controller.advance(to: now)
            heard += self.heard()
        }
        now = end
        controller.advance(to: now)
        return heard + self.heard()
    }

    /// Tightens, and returns what comes of it.
    mutating func tighten(_ outcome: RundownOutcome = .ok) throws -> [String] {
        try controller.perform(.rundown(outcome), at: now)
        return heard()
    }

    /// Lets it suffer, for as long as it is not told otherwise.
    mutating func suffer(_ kinds: FaultKind..., by lateness: Double = 1, code: UInt8 = 6) {
        controller.suffers = kinds.map {
            DeviceFault(
                device: "TW-1", kind: $0, begins: .zero, ends: ShopTime(nanoseconds: .max),
                lateness: .seconds(lateness), code: code)
        }
    }

    /// The client goes, and comes back with a new connection.
    mutating func reconnect() {
        controller.disconnect(number, at: now)
        controller.connect(number, at: now)
        (isClosed, wasReset) = (false, false)
    }

    /// Everything sent since, one text a telegram, without the NULs behind them.
    mutating func heard() -> [String] {
        var texts: [String] = []
        for output in controller.takeOutputs() {
            switch output {
            case .send(number, let bytes):
                texts.append(String(decoding: bytes.last == 0 ? bytes.dropLast() : bytes[...], as: UTF8.self))
            case .send: break
            case .close(let client, let abruptly) where client == number:
                (isClosed, wasReset) = (true, abruptly)
            case .close: break
            }
        }
        return texts
    }
}
