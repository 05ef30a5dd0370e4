import Codecs
import Glibc
import Metrology
import Profiles
import Transports

extension ProbeSession {
    /// Scans, reads what was found, and writes a profile to begin with to `path` (`-`: standard output).
    func writeSkeleton(_ path: String) async throws -> ExitCode {
        if path != "-", access(path, F_OK) == 0 {
            throw CommandFailure(.inputOutput, "\(path) is there already: name another file")
        }
        let tables = try await scan()
        let identity: [(name: String, text: String)]
        do {
            identity = try await self.identity(unit: line.unit)
        } catch {
            console.say("no identification: \(error.message)")
            identity = []
        }
        var read: [ProfileSkeleton.Table] = []
        for table in tables {
            var blocks: [ModbusValueBlock] = []
            for span in table.requests {
                blocks.append(try await line.block(span))
                try await Task.sleep(for: options.pause)
            }
            read.append(
                ProfileSkeleton.Table(
                    table: table.table, largestRead: table.scan.largestAnswered,
                    isCapped: table.scan.smallestRefused != nil, blocks: blocks))
        }
        let file = path.split(separator: "/").last.map(String.init) ?? "-"
        let name = file == "-" ? "new-device" : file.hasSuffix(".yaml") ? String(file.dropLast(5)) : file
        let skeleton = ProfileSkeleton(
            name: name, origin: options.link, identity: identity.map { "\($0.name): \($0.text)" },
            tables: read)
        let text = skeleton.lines.joined(separator: "\n") + "\n"
        try NewFile.write(text, to: path, console)
        if path != "-" {
            console.say("\(path) is written: fill in what `plumbline profile check \(path)` points at")
        }
        return .success
    }
}
