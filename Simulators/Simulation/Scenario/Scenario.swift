/// A shop to simulate: its devices, stations, parts and faults, decoded from a scenario file.
package struct Scenario: Sendable, Equatable {
    /// How a device is reached.
    package enum Link: Sendable, Equatable {
        /// Modbus TCP on a loopback address.
        case tcp(host: String, port: Int)
        /// Open Protocol on a loopback address.
        case openProtocol(host: String, port: Int)
        /// Open Protocol over a connection that the device dials itself, again and again.
        case dials(host: String, port: Int)
        /// A pseudo-terminal, found through a symbolic link at this path; relative to the working directory.
        case pty(path: String)
        /// The USB mock that `--usb-control` names.
        case usb
    }

    /// What a device is, with the options of its kind.
    package enum Model: Sendable, Equatable {
        case flowBench
        /// `measures`: the bench whose leak-off runs through channel A.
        case kralMeter(KralMeter.Settings, totalA1: Int, measures: String?)
        case kolverTool(KolverTool.Target)
        case usonTester(LeakTest)
        case ateqTester(LeakTest)
        /// What a serial scanner puts behind each code, and whether it puts the AIM identifier before it.
        case serialScanner(suffix: [UInt8], sendsAIM: Bool)
        case usbScanner(USBScannerSpeech)
        case torqueController(KolverTool.Target)
        case torquePrinter(TorquePrinter.Form, KolverTool.Target)
        case torqueTester(saysUnit: Bool)
        case openProtocol(ControllerSettings)
    }

    /// One device to simulate.
    package struct Device: Sendable, Equatable {
        package let id: String
        package let link: Link
        package let model: Model
        /// The unit that is answered for; nil for any, as most devices on TCP do.
        package let unit: UInt8?
        /// What the device says it is; nil for a scanner, which nobody asks.
        package let nameplate: Nameplate?
    }

    /// A place where one technician works with some of the devices.
    package struct Station: Sendable, Equatable {
        package let id: String
        /// Nil where nothing but the tool, which then speaks Open Protocol, is worked with.
        package let bench: String?
        package let tool: String?
        package let badgeScanner: String
        package let partScanner: String
        /// Text of the operator's badge.
        package let badge: String
        package let pace: WorkPace
        /// Screws of a part at a station without a bench.
        package var screws = 1
    }

    /// A fault as the file plans it; its times are real ones, by the gateway's clock.
    package struct PlannedFault: Sendable, Equatable {
        package let device: String
        package let kind: FaultKind
        package let afterMilliseconds: Int
        /// Nil for as long as the simulation runs.
        package let forMilliseconds: Int?
        package let byMilliseconds: Int
        package let code: UInt8
    }

    package let name: String
    package let seed: UInt64
    package let devices: [Device]
    package let stations: [Station]
    package let parts: PartSupply?
    package let faults: [PlannedFault]

    package func device(_ id: String) -> Device? { devices.first { $0.id == id } }
}
