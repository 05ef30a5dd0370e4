internal import Glibc

/// Runs the benchmarks whose keys begin with the argument, or with `BENCH` of the environment, or all.
///
/// Results go to stdout, one JSON object a line; progress to stderr. Exit code 1 where one misses its bar.
@main
struct Main {
    static func main() async {
        let prefix =
            CommandLine.arguments.dropFirst().first ?? getenv("BENCH").map { String(cString: $0) } ?? ""
        if prefix == ChildPoller.engineArgument { await poll() }
        if prefix == "--help" {
            for benchmark in Benchmark.all {
                print("\(benchmark.key) (\(benchmark.bar))\n    \(benchmark.about)")
            }
            exit(0)
        }
        let chosen = Benchmark.all.filter { $0.key.hasPrefix(prefix) }
        guard !chosen.isEmpty else {
            let keys = Benchmark.all.map(\.key).joined(separator: ", ")
            say("no benchmark begins with \(prefix); there are \(keys)")
            exit(64)
        }
        var isGood = true
        for benchmark in chosen {
            say("\(benchmark.key) …")
            do {
                let result = try await benchmark.run()
                print(result.json(key: benchmark.key))
                // A line is there when it is measured, into a pipe as well.
                fflush(nil)
                if !benchmark.bar.isMet(by: result) {
                    say("\(benchmark.key) misses its bar: \(benchmark.bar)")
                    isGood = false
                }
            } catch {
                say("\(benchmark.key) failed: \(error)")
                isGood = false
            }
        }
        exit(isGood ? 0 : 1)
    }

    /// Another benchmark's child: polls as the arguments say until it is killed.
    private static func poll() async -> Never {
        do {
            try await ChildPoller.runEngine(Array(CommandLine.arguments.dropFirst(2)))
            exit(0)
        } catch {
            say("\(error)")
            exit(70)
        }
    }

    static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
