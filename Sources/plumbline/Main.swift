import Gateway
import Glibc

@main
struct Plumbline {
    /// The first thread holds the signals before there is another, and then only sleeps.
    ///
    /// With an asynchronous `main` it would sleep inside Dispatch, which takes every signal again.
    static func main() {
        TerminationSignals.hold()
        Task.detached {
            let code = await CommandLineInterface.run(Array(CommandLine.arguments.dropFirst()))
            exit(code.rawValue)
        }
        while true { pause() }
    }
}
