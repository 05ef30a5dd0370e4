/// What stands behind `plumbline-sim` on the command line.
package struct SimulatorArguments: Sendable {
    /// The place that a faulty command line is told to have.
    static let place = "command line"

    package private(set) var scenario = ""
    package private(set) var options = ShopServer.Options()
    package private(set) var isQuiet = false
    /// Whether remarks say when they were made.
    package private(set) var logsTimes = false

    /// Throws `SimulationError` for an unknown command or option, and for a value that it cannot have.
    package init(_ arguments: [String]) throws(SimulationError) {
        guard arguments.first == "run" else {
            throw Self.wrong(arguments.first.map { "there is no command \($0)" } ?? "no command is given")
        }
        var rest = arguments.dropFirst()
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                guard scenario.isEmpty else { throw Self.wrong("one scenario at a time: \(argument)") }
                scenario = argument
                continue
            }
            if argument == "--quiet" {
                isQuiet = true
                continue
            }
            if argument == "--log-times" {
                logsTimes = true
                continue
            }
            guard let value = rest.popFirst() else { throw Self.wrong("\(argument) needs a value") }
            try take(argument, value)
        }
        guard !scenario.isEmpty else { throw Self.wrong("no scenario is given") }
    }

    private mutating func take(_ option: String, _ value: String) throws(SimulationError) {
        switch option {
        case "--seed": options.seed = try Self.checked(UInt64(value), option, value)
        case "--speed":
            let speed = Double(value).flatMap { (0.01...1000).contains($0) ? $0 : nil }
            options.speed = try Self.checked(speed, option, value)
        case "--parts":
            let parts = Int(value).flatMap { (1...1_000_000).contains($0) ? $0 : nil }
            options.parts = try Self.checked(parts, option, value)
        case "--control": options.control = try Self.checked(LoopbackAddress.parse(value), option, value)
        case "--usb-control": options.usbControl = value
        default: throw Self.wrong("there is no option \(option)")
        }
    }

    private static func checked<Value>(
        _ value: Value?, _ option: String, _ text: String
    ) throws(SimulationError) -> Value {
        guard let value else { throw wrong("\(option) cannot be \(text)") }
        return value
    }

    private static func wrong(_ what: String) -> SimulationError { SimulationError(.refused, place, what) }
}
