import Gateway
import Profiles

/// One command of `plumbline`: its name of one or two words, what it takes and what it does.
struct Command: Sendable {
    /// `run` or `ledger verify`.
    let name: String
    /// Operands and options after the name, as the help shows them.
    let operands: String
    /// One line that says what it does.
    let summary: String
    var flags: Set<String> = []
    var values: Set<String> = []
    /// Whether the command ends in order on SIGTERM and SIGINT by itself; others end at once.
    var takesSignals = false
    let run: @Sendable (Arguments, Console) async throws -> ExitCode
}

/// What a command throws to end with a message and an exit code.
struct CommandFailure: Error {
    let code: ExitCode
    let message: String

    init(_ code: ExitCode, _ message: String) { (self.code, self.message) = (code, message) }
}

/// Finds the command that the words name, runs it, and turns what went wrong into a message and an exit code.
enum CommandLineInterface {
    /// In the order of the help.
    static let commands: [Command] = [
        .runGateway, .check, .devices, .recordsList, .recordsShow, .recordsTrace, .recordsExport,
        .recordsCurve,
        .scan,
        .status, .doctor, .capture, .probe, .codesNew, .codesPrint, .sign,
        .profileNew, .profileImport, .profileCheck, .profileTest, .ledgerVerify, .ledgerAcknowledge,
        .ledgerCheckpoint, .ledgerProof, .ledgerReconstruct, .backup, .restore,
    ]

    static func run(_ arguments: [String]) async -> ExitCode {
        let plain = Console(isQuiet: false, usesJSON: false, usesColor: false)
        let leading = arguments.filter { !$0.hasPrefix("-") }
        let asksHelp = arguments.contains("--help") || arguments.contains("-h") || leading.first == "help"
        if arguments.contains("--version") {
            plain.print("plumbline \(BuildVersion.text)")
            return .success
        }
        guard let command = command(in: arguments) else {
            return explain(leading, asksHelp: asksHelp, plain)
        }
        if asksHelp {
            plain.print(
                "usage: plumbline \(command.name) \(command.operands)\n\n\(command.summary)\n\n\(options)")
            return .success
        }
        return await run(command, arguments, plain)
    }

    /// Lists the commands, or those that begin with the word given, or names the one that was meant.
    private static func explain(_ words: [String], asksHelp: Bool, _ plain: Console) -> ExitCode {
        let group = words.first.map { word in commands.filter { $0.name.hasPrefix(word + " ") } } ?? []
        if asksHelp || words.isEmpty {
            plain.print(help(group.isEmpty ? commands : group))
            return words.isEmpty && !asksHelp ? .usage : .success
        }
        if !group.isEmpty, words.count == 1 {
            plain.complain("say which: \(group.map(\.name).joined(separator: ", "))")
            return .usage
        }
        let said = words.prefix(2).joined(separator: " ")
        let remedy = NearestName.remedy(for: said, among: commands.map(\.name))
        plain.complain("there is no command \"\(said)\": \(remedy) `plumbline --help` lists all.")
        return .usage
    }

    private static func run(_ command: Command, _ arguments: [String], _ plain: Console) async -> ExitCode {
        if !command.takesSignals { TerminationSignals.release() }
        do {
            let parsed = try Arguments(arguments, flags: command.flags, values: command.values)
            return try await command.run(parsed, parsed.console)
        } catch let error as UsageError {
            plain.complain("\(error.message)\nusage: plumbline \(command.name) \(command.operands)")
            return .usage
        } catch let failure as CommandFailure {
            plain.complain(failure.message)
            return failure.code
        } catch {
            plain.complain("\(error)")
            return .software
        }
    }

    /// The command whose name the first words spell, options among them set aside.
    private static func command(in arguments: [String]) -> Command? {
        var words: [String] = []
        var skipsNext = false
        for argument in arguments {
            if skipsNext {
                skipsNext = false
            } else if argument.hasPrefix("-") {
                skipsNext = Arguments.globalValues.contains(argument)
            } else {
                words.append(argument)
            }
        }
        let two = words.prefix(2).joined(separator: " ")
        return commands.first { $0.name == two } ?? commands.first { $0.name == words.first }
    }

    private static let options = """
        options, before or after the command:
          --config FILE   gateway configuration (default /etc/plumbline/gateway.yaml, else ./gateway.yaml)
          --data DIR      data directory, instead of the configuration's `data:`
          --json          machine output
          --no-color  --quiet  --version  --help
        """

    private static func help(_ commands: [Command]) -> String {
        let width = commands.map(\.name.count).max() ?? 0
        let lines = commands.map { "  " + $0.name.padded(to: width + 2) + $0.summary }
        return "usage: plumbline COMMAND …\n\n\(lines.joined(separator: "\n"))\n\n\(options)\n\n"
            + "`plumbline COMMAND --help` shows what a command takes."
    }
}
