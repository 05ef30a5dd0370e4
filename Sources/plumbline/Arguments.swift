import Glibc

/// A command line that cannot be understood: what is wrong and what to type instead.
struct UsageError: Error {
    let message: String
}

/// The words after `plumbline`, with the global options taken out wherever they stood.
struct Arguments {
    /// Commands and operands in order.
    private(set) var words: [String] = []
    /// Values of `--name value` and `--name=value`.
    private(set) var values: [String: String] = [:]
    /// All values of an option that was given more than once, in order.
    private(set) var repeated: [String: [String]] = [:]
    /// `--name` without a value.
    private(set) var flags: Set<String> = []

    static let globalFlags: Set<String> = ["--json", "--no-color", "--quiet", "--version", "--help"]
    static let globalValues: Set<String> = ["--config", "--data"]

    /// Sorts `arguments` into words, flags and values; options must be among those named.
    init(_ arguments: [String], flags known: Set<String>, values valued: Set<String>) throws(UsageError) {
        let known = known.union(Self.globalFlags)
        let valued = valued.union(Self.globalValues)
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                words.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if known.contains(name), parts.count == 1 {
                flags.insert(name)
            } else if valued.contains(name) {
                guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                    throw UsageError(message: "\(name) needs a value")
                }
                values[name] = value
                repeated[name, default: []].append(value)
            } else {
                throw UsageError(message: "unknown option \(name)")
            }
        }
    }

    /// What the console is to do, from the options, NO_COLOR, TERM and whether standard output is a terminal.
    var console: Console {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let refusesColor = flags.contains("--no-color") || getenv("NO_COLOR") != nil
        let isDumb = getenv("TERM").map { String(cString: $0) } == "dumb"
        return Console(
            isQuiet: flags.contains("--quiet"), usesJSON: flags.contains("--json"),
            usesColor: isTerminal && !refusesColor && !isDumb)
    }
}
