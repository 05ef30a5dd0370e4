/// What a person standing in front of a device, or a technician who works with it, notices.
package enum DeviceEvent: Sendable, Equatable {
    /// The bench was started; by the gateway, or at its panel.
    case started(remotely: Bool)
    /// The bench shows a result, and holds its conditions.
    case resultShown
    /// The bench's result was acknowledged: the lamp goes out.
    case acknowledged
    /// The bench was aborted.
    case aborted
    /// The bench let a result go that nobody had acknowledged.
    case resultExpired
    /// The tool shows a barcode and waits for its screw.
    case barcodeShown(String)
    /// An Open Protocol tool may turn, by 0043; or may no longer, by 0042.
    case toolUnlocked
    case toolLocked
    /// The tool has tightened.
    case tightened(isGood: Bool)
    /// Somebody fetched the tool's result.
    case resultFetched
    /// The device has started anew.
    case restarted
}

/// What hands do to a device.
package enum HandAct: Sendable {
    /// A part is clamped into the bench.
    case mount(Injector)
    /// The part is taken out.
    case unmount
    /// The start button at the bench's panel.
    case pressStart
    /// A screw is tightened to this torque (N.m) and angle (degrees).
    case tighten(torque: Double, angle: Double)
    /// A screw is tightened, or loosened, and behaves like this.
    case rundown(RundownOutcome)
    /// The tool's own scanner reads a code.
    case scan([UInt8])
    /// An alarm of this code appears; nil acknowledges the one that is shown.
    case alarm(String?)
}

/// A device with registers: a value whose time and noise come in as arguments.
package protocol SimulatedDevice: RegisterBank, Sendable {
    /// What is on its plate; another one means that another device stands in its place.
    var nameplate: Nameplate? { get set }
    /// When the device changes by itself next; nil where it waits for somebody.
    var nextChange: ShopTime? { get }
    /// Everything that was noticed since this was last asked, oldest first.
    mutating func takeEvents() -> [DeviceEvent]
    /// Lets everything happen that is due at `now`.
    mutating func advance(to now: ShopTime)
    /// Switches the device off and on.
    mutating func restart(at now: ShopTime)
    /// Does what hands do; throws `SimulationError` where this device has no such handle, or cannot now.
    mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError)
}
