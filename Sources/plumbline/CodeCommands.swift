import Gateway
import Glibc
import Ledger
import Profiles

extension Command {
    /// `plumbline codes new`: a set of action codes and badges that nobody has used yet.
    static let codesNew = Command(
        name: "codes new", operands: "NAME [--revision N] [--badge OPERATOR]… --out FILE",
        summary: "a new set of action codes, and of badges for the operators named; sign it before use",
        values: ["--revision", "--badge", "--out"]
    ) { arguments, console in
        guard arguments.words.count == 3, let path = arguments.values["--out"] else {
            throw UsageError(message: "name the set, and the file to write with --out")
        }
        guard let revision = Int(arguments.values["--revision"] ?? "1"), revision > 0 else {
            throw UsageError(message: "--revision takes a whole number from 1 up")
        }
        var generator = SystemRandomNumberGenerator()
        let text = CodeSet.file(
            name: arguments.words[2], revision: revision,
            badges: arguments.repeated["--badge"] ?? [], using: &generator)
        // Names come from the command line: what would not be read back is not written.
        let faults = FaultCollector()
        let file = SourceFile(path: path, bytes: Array(text.utf8))
        guard let set = CodeSet.read(file, faults: faults) else {
            throw CommandFailure(.configuration, faults.sorted.map(\.description).joined(separator: "\n"))
        }
        try NewFile.write(text, to: path, console)
        console.say("\(path): \(set.codes.count) codes; now: plumbline sign \(path) --key KEY")
        return .success
    }

    /// `plumbline codes print`: the configured code set as pages.
    static let codesPrint = Command(
        name: "codes print", operands: "--out DIR [--symbol code128|datamatrix|qr]",
        summary: "the configured action codes and badges as SVG pages, once their signature is verified",
        values: ["--out", "--symbol"]
    ) { arguments, console in
        guard arguments.words.count == 2, let folder = arguments.values["--out"] else {
            throw UsageError(message: "name the folder for the pages with --out")
        }
        guard let symbol = CodeSheet.Symbol(rawValue: arguments.values["--symbol"] ?? "code128") else {
            throw UsageError(message: "--symbol takes code128, datamatrix or qr")
        }
        guard let set = try arguments.deployment().codes else {
            throw CommandFailure(
                .configuration, "the configuration names no code set: add `codes: {set: FILE, key: FILE}`")
        }
        let pages: [String]
        do {
            pages = try CodeSheet(set, symbol: symbol).pages()
        } catch {
            throw CommandFailure(.software, "\(error)")
        }
        if mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw CommandFailure(
                .inputOutput, "\(folder) cannot be made (\(String(cString: strerror(errno)))): name another")
        }
        for (index, page) in pages.enumerated() {
            let path = "\(folder)/codes-\(index + 1).svg"
            try NewFile.write(page, to: path, console)
            console.print(path)
        }
        return .success
    }
}
