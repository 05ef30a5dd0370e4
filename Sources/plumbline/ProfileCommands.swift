import Codecs
import Metrology
import Profiles

extension Command {
    /// `plumbline profile new NAME`: a profile to fill in.
    static let profileNew = Command(
        name: "profile new", operands: "NAME [--manufacturer TEXT] [--model TEXT] [--out FILE|-]",
        summary: "writes a device profile to fill in, with an example of every kind of value",
        values: ["--manufacturer", "--model", "--out"]
    ) { arguments, console in
        guard arguments.words.count == 3 else {
            throw UsageError(message: "name the profile, such as kral-bem500")
        }
        let name = try profileName(arguments.words[2])
        let path = arguments.values["--out"] ?? "\(name).yaml"
        let text = ProfileTemplate.text(
            name: name, manufacturer: arguments.values["--manufacturer"], model: arguments.values["--model"])
        try NewFile.write(text, to: path, console)
        if path != "-" {
            console.say("\(path) is written: fill it in as `plumbline profile check \(path)` says")
        }
        return .success
    }

    /// `plumbline profile import --from FORMAT FILE`: a profile out of another program's file.
    static let profileImport = Command(
        name: "profile import",
        operands: "--from telegraf|neuron-csv|edgex FILE [--name NAME] [--out FILE|-]",
        summary: "makes a device profile out of another program's file; what is lost is said",
        values: ["--from", "--name", "--out"]
    ) { arguments, console in
        guard arguments.words.count == 3, let path = arguments.words.last else {
            throw UsageError(message: "name one file")
        }
        let known = ProfileImport.Format.allCases.map(\.rawValue)
        guard let format = ProfileImport.Format(rawValue: arguments.values["--from"] ?? "") else {
            throw UsageError(message: "--from is one of \(known.joined(separator: ", "))")
        }
        let name = try profileName(arguments.values["--name"] ?? stem(path))
        let faults = FaultCollector()
        guard let file = source(path, faults),
            let text = ProfileImport.profile(from: file, format: format, name: name, faults: faults)
        else {
            for fault in faults.sorted { console.complain("\(fault)") }
            return .configuration
        }
        for warning in faults.warnings { console.say("\(warning)") }
        let target = arguments.values["--out"] ?? "-"
        try NewFile.write(text, to: target, console)
        if target != "-" {
            console.say("\(target) is written: fill it in as `plumbline profile check \(target)` says")
        }
        return .success
    }

    /// A name as `profile:` takes it; the file is named for it.
    private static func profileName(_ text: String) throws(UsageError) -> String {
        let isName =
            (1...64).contains(text.utf8.count) && text.first?.isASCII == true
            && text.first.map { $0.isLetter || $0.isNumber } == true
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains($0))
            }
        guard isName else {
            throw UsageError(
                message: "a profile's name has letters, digits, `_`, `-` and `.`, at most 64, not \(text)")
        }
        return text
    }

    /// `maps/flow meter.toml` as a name: `flow-meter`.
    private static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        let stem = file.lastIndex(of: ".").map { file[..<$0] } ?? file
        return String(
            stem.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) ? $0 : "-" })
    }

    private static func source(_ path: String, _ faults: FaultCollector) -> SourceFile? {
        switch FileSource.disk.read(path) {
        case .success(let bytes): return SourceFile(path: path, bytes: bytes)
        case .failure(let error):
            faults.fault(
                SourcePlace(file: path), "cannot be read: \(error.reason)",
                "name a file that is there and readable")
            return nil
        }
    }
}
