/// A device's own refusal: the code of its exception reply (Application Protocol V1.1b3, clause 7).
package struct ModbusException: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: UInt8

    package init(code: UInt8) { self.code = code }

    package static let illegalFunction = ModbusException(code: 1)
    package static let illegalAddress = ModbusException(code: 2)
    package static let illegalValue = ModbusException(code: 3)
    package static let deviceFailure = ModbusException(code: 4)
    package static let acknowledged = ModbusException(code: 5)
    package static let busy = ModbusException(code: 6)
    package static let memoryParity = ModbusException(code: 8)
    package static let gatewayPathUnavailable = ModbusException(code: 10)
    package static let gatewayTargetSilent = ModbusException(code: 11)

    /// A gateway says so for a unit behind it that does not answer.
    package var meansSilence: Bool { self == .gatewayPathUnavailable || self == .gatewayTargetSilent }

    package var description: String { "exception \(code) (\(meaning))" }

    private var meaning: String {
        switch code {
        case 1: "the device does not know this function"
        case 2: "the device has no such address, or not so many"
        case 3: "the device refuses this value or count"
        case 4: "the device failed while it answered"
        case 5: "the device has accepted and needs longer"
        case 6: "the device is busy; ask again later"
        case 7: "the device refuses"
        case 8: "the device's memory has a parity error"
        case 10: "the gateway has no path to the unit"
        case 11: "the unit behind the gateway does not answer"
        default: "a code that the specification does not define"
        }
    }
}
