internal import Glibc
internal import Simulation

@main
struct Main {
    static func main() {
        exit(SimulatorCommand.run(Array(CommandLine.arguments.dropFirst())))
    }
}
