import Fuzzing
import Glibc

/// `plumbline-fuzz FRAMES [SEED] [PROFILE…]`: feeds damaged frames, one JSON object a subject on standard
/// output; ends with 1 where something was found.
@main
struct PlumblineFuzz {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        guard let frames = words.first.flatMap({ Int($0) }), frames > 0 else {
            complain("usage: plumbline-fuzz FRAMES [SEED] [PROFILE.yaml …]")
            exit(64)
        }
        var rest = words.dropFirst()
        let seed = rest.first.flatMap { UInt64($0) } ?? UInt64.random(in: 0 ... .max)
        if rest.first.flatMap({ UInt64($0) }) != nil { rest.removeFirst() }
        complain("seed \(seed), \(frames) frames")
        var count = 0
        var began = seconds()
        Fuzzing.run(frames: frames, seed: seed, profiles: rest.map(bytes)) { tally in
            let now = seconds()
            let rate = Int(Double(tally.inputs) / max(now - began, 0.001))
            began = now
            count += tally.findings.count
            for finding in tally.findings { complain(finding) }
            print(
                "{\"fuzz\":\"\(tally.subject)\",\"inputs\":\(tally.inputs),\"intact\":\(tally.intact),"
                    + "\"plausible\":\(tally.plausible),\"findings\":\(tally.findings.count),"
                    + "\"inputs_per_cpu_s\":\(rate),\"seed\":\(seed)}")
        }
        exit(count == 0 ? 0 : 1)
    }

    private static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    /// Time on a processor: the machine may have more to do than this.
    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else {
            complain("\(path) cannot be read")
            exit(64)
        }
        defer { fclose(file) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { all += buffer[..<count] }
        return all
    }
}
