package import Inspection
package import Metrology

/// What a device has to say, in the order in which it happened.
package enum DeviceEvent: Sendable {
    /// The device answers and was set up, or no longer answers; `detail` says why.
    case reach(isOnline: Bool, detail: String)
    /// Values read now, bad ones included, less those that by their profile's `report` say nothing new. How
    /// old a value is says `ModbusDevice.latest`, which is renewed with every reading.
    case samples([Sample])
    /// A completed cycle of the device that was not taken before. It is reported before `reach` when it was
    /// found on connecting.
    case result(SampleGroup)
    /// A curve that is in no result.
    case curve(LateCurve)
    /// The device was switched off and on, as its registers showed at this instant: whatever it was started
    /// for is lost. A result that it shows all the same was reported before.
    case restarted(String, at: Stamp)
    /// Who answers from now on, as far as the device tells; `unknown` while it is out of reach.
    case identity(DeviceIdentity)
    /// Something that people should know and that loses nothing by itself.
    case irregular(String)
    /// The same, and it belongs into the ledger.
    case noticed(DeviceNotice)
    /// Somebody scanned with the device's own scanner. The device is told once it was taken, and says it
    /// again where it was not.
    case scanned(DeviceScan)
}

/// What a device is asked to do, one order after another.
package enum DeviceOrder: Sendable {
    /// Write the binding, the set points and the start command in one frame; answers with why it failed.
    case start(
        token: String?, setPoints: [SetPoint], author: WriteAuthor? = nil,
        answer: @Sendable (StartFailure?) -> Void)
    /// This result is durable: tell the device.
    case acknowledge(SampleGroup)
    /// This curve, which is in no result, is durable: tell the device.
    case acknowledgeCurve(LateCurve)
    /// Stop what was started.
    case stop
    /// What became of the scan with this number is durable.
    case scanTaken(Int)
    /// Read these points anew; answers with what could be read before `patience` was over.
    case gauge(points: [String], patience: Duration, answer: @Sendable ([String: Sample]) -> Void)
}

/// How a device is doing, for people.
package struct DeviceStatus: Sendable, Equatable {
    /// Whether the device answers, by the name that the gateway's status page has for it: `connecting` until
    /// that is known, and from then on `online` or `offline`.
    package enum State: String, Sendable {
        case connecting, online, offline
    }

    package internal(set) var state = State.connecting
    /// Why it is in this state.
    package internal(set) var detail = "not answered yet"
    /// Requests that the device, though it is there, answered last with an exception, by id.
    package internal(set) var refused: Set<String> = []
    /// Addresses that the device was found to refuse since the start, as a profile writes them under `holes`.
    package internal(set) var holes: [String] = []
    /// Alarms that it shows, the first one first; none while it is out of reach.
    package internal(set) var alarms: [DeviceAlarm] = []
    package internal(set) var lastGood: Stamp?
    /// Replies used since the start.
    package internal(set) var reads: UInt64 = 0
    /// Requests without a usable answer since the start.
    package internal(set) var errors: UInt64 = 0
    /// Looks at a result block that was being written.
    package internal(set) var tornReads: UInt64 = 0
    /// Results reported since the start.
    package internal(set) var results: UInt64 = 0

    package init() {}

    /// What a person has to know of it first.
    package var summary: String {
        alarms.isEmpty ? detail : alarms.map(\.description).joined(separator: "; ")
    }

    /// What `detail` says of a device that answers.
    var answering: String {
        holes.isEmpty ? "answering" : "answering, but not at \(holes.joined(separator: ", "))"
    }
}
