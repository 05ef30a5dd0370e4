import Glibc

@main
struct Plumbline {
    static func main() async {
        let code = await CommandLineInterface.run(Array(CommandLine.arguments.dropFirst()))
        exit(code.rawValue)
    }
}
