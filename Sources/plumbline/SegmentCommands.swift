import Codecs
import Gateway
import Ledger

extension Command {
    /// `plumbline ledger acknowledge`: somebody has seen that a damaged ledger was set aside.
    static let ledgerAcknowledge = Command(
        name: "ledger acknowledge", operands: "--by NAME",
        summary: "says that you have seen that a damaged ledger was set aside; the alarm ends",
        values: ["--by"]
    ) { arguments, console in
        guard arguments.words.count == 2, let name = arguments.values["--by"], !name.isEmpty,
            name.utf8.count <= 200, name.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
        else { throw UsageError(message: "say who you are: --by NAME") }
        let reader = try reading { try arguments.ledgerReader() }
        guard let segment = try reading({ try reader.segment() }) else {
            throw CommandFailure(.mismatch, "no damaged ledger was set aside here")
        }
        guard try reading({ try reader.entry(id: segment.acknowledgement) }) == nil else {
            throw CommandFailure(.mismatch, "that was acknowledged before")
        }
        // The gateway alone writes the ledger: it finds this within a second, or at its next start.
        try reading {
            try reader.directory.replace(reader.directory.acknowledgement, with: Array("\(name)\n".utf8))
        }
        console.say(
            "noted; the gateway enters it into the ledger. The damaged one stays in \(segment.folder)")
        return .success
    }

    /// `plumbline ledger verify --earlier FOLDER`: that this ledger goes on from the damaged one there.
    static func verifyLink(
        of reader: LedgerReader, to earlier: String, _ console: Console
    ) throws -> ExitCode {
        let objections = try reading { try reader.objections(toEarlier: earlier) }
        if console.usesJSON {
            console.print(
                CanonicalJSON.text([
                    "linked": .bool(objections.isEmpty),
                    "mismatches": .array(objections.map(JSONValue.string)),
                ]))
        } else {
            for objection in objections { console.print(objection) }
            console.print(
                objections.isEmpty
                    ? "this ledger goes on from the one in \(earlier): the files are those that were set "
                        + "aside, and what was taken over is under their last good checkpoint"
                    : "that this ledger goes on from the one in \(earlier) is NOT proved")
        }
        return objections.isEmpty ? .success : .evidence
    }

    /// What people must know of a ledger that goes on from another, in lines.
    static func lines(of segment: LedgerSegment, in directory: DataDirectory) -> [String] {
        let folder = "\(directory.path)/\(segment.folder)"
        var lines = [
            "this is segment \(segment.number): a damaged ledger was set aside at \(segment.at)",
            "what is older is in \(folder), and in backups made before; \(segment.carried) entries were "
                + "taken over, \(segment.unprovenCount) things were not",
        ]
        lines += segment.unproven.map { "not taken over: \($0)" }
        if segment.newestSigned != nil {
            lines.append("more was signed than could be read: see entry 1, newest_signed")
        }
        return lines + [
            "verify the old one: plumbline ledger verify --data \(folder)",
            "verify that they belong together: plumbline ledger verify --data \(directory.path) "
                + "--earlier \(folder)",
        ]
    }
}
