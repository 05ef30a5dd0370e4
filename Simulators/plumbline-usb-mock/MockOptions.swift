/// What the command line asks for.
struct MockOptions {
    static let usage = """
        usage: umockdev-wrapper plumbline-usb-mock --control SOCKET [--id VID:PID] [--serial TEXT] \
        [--mode MODE] [--driver NAME] [--busy INTERFACE] [--crowd N [--seed S]] [--unplugged] \
        -- COMMAND [ARGUMENT ...]
        """

    private(set) var control = ""
    /// Honeywell's Vuquest 3310 unless told otherwise.
    private(set) var vendor: UInt16 = 0x0C2E
    private(set) var product: UInt16 = 0x0B6A
    private(set) var serial = "MOCK000001"
    private(set) var mode = MockMode.hidPOS
    /// The kernel driver that holds the scanner's interfaces before they are claimed; nil for none.
    private(set) var driver: String?
    /// The interface that another program holds; nil for none.
    private(set) var busy: Int?
    /// Other devices, with random descriptors.
    private(set) var crowd = 0
    private(set) var seed: UInt64 = 1
    private(set) var isPluggedAtStart = true
    private(set) var command: [String] = []

    init(_ arguments: [String]) throws(MockError) {
        var rest = arguments[...]
        while let option = rest.popFirst(), option != "--" {
            switch option {
            case "--unplugged": isPluggedAtStart = false
            case "--control": control = try Self.value(of: option, &rest)
            case "--driver": driver = try Self.value(of: option, &rest)
            case "--mode": mode = try Self.mode(try Self.value(of: option, &rest))
            case "--busy": busy = try Self.number(option, 0...255, try Self.value(of: option, &rest))
            case "--crowd": crowd = try Self.number(option, 0...2_000, try Self.value(of: option, &rest))
            case "--seed": seed = try Self.number(option, 0 ... .max, try Self.value(of: option, &rest))
            case "--serial": serial = try Self.serial(try Self.value(of: option, &rest))
            case "--id": (vendor, product) = try Self.identity(try Self.value(of: option, &rest))
            default: throw MockError("unknown option \(option)\n\(Self.usage)", exitCode: 64)
            }
        }
        command = Array(rest)
        guard !control.isEmpty, !command.isEmpty else { throw MockError(Self.usage, exitCode: 64) }
    }

    private static func value(
        of option: String, _ rest: inout ArraySlice<String>
    ) throws(MockError) -> String {
        guard let value = rest.popFirst(), !value.isEmpty else {
            throw MockError("\(option) needs a value\n\(usage)", exitCode: 64)
        }
        return value
    }

    static func mode(_ text: String) throws(MockError) -> MockMode {
        guard let mode = MockMode(rawValue: text) else {
            let all = MockMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw MockError("--mode is one of \(all)", exitCode: 64)
        }
        return mode
    }

    static func number<Number: FixedWidthInteger>(
        _ option: String, _ range: ClosedRange<Number>, _ text: String
    ) throws(MockError) -> Number {
        guard let number = Number(text), range.contains(number) else {
            throw MockError("\(option) is \(range.lowerBound) to \(range.upperBound)", exitCode: 64)
        }
        return number
    }

    static func serial(_ text: String) throws(MockError) -> String {
        // A string descriptor holds 126 characters (USB 2.0, section 9.6.7).
        guard (1...126).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw MockError("--serial is 1 to 126 printable characters", exitCode: 64)
        }
        return text
    }

    static func identity(_ text: String) throws(MockError) -> (UInt16, UInt16) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, parts.allSatisfy({ $0.count == 4 }), let vendor = UInt16(parts[0], radix: 16),
            let product = UInt16(parts[1], radix: 16)
        else { throw MockError("--id is VID:PID in four hexadecimal digits each", exitCode: 64) }
        return (vendor, product)
    }
}
