internal import Glibc
internal import Linux

/// What a running process holds and has used, as proc(5) tells it.
struct ProcessUsage: Sendable, CustomStringConvertible {
    /// Kilobytes here are the kernel's: 1,024 bytes.
    let residentKilobytes: Int
    let anonymousKilobytes: Int
    let fileKilobytes: Int
    let threads: Int
    let descriptors: Int
    /// Processor seconds, in user space and in the kernel.
    let processorSeconds: Double
    /// Seconds since it started.
    let age: Double

    init(_ process: pid_t) throws {
        let status = try TextFile.read("/proc/\(process)/status")
        func number(_ key: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
            return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap {
                Int($0)
            } ?? 0
        }
        residentKilobytes = number("VmRSS")
        anonymousKilobytes = number("RssAnon")
        fileKilobytes = number("RssFile")
        threads = number("Threads")
        descriptors = Self.entries(of: "/proc/\(process)/fd")
        // After the name in parentheses: utime, stime and starttime are fields 14, 15 and 22 of proc(5).
        let stat = try TextFile.read("/proc/\(process)/stat")
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 20, let user = Double(fields[12]), let system = Double(fields[13]),
            let start = Double(fields[20])
        else { throw BenchmarkError(description: "/proc/\(process)/stat is not as proc(5) says") }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        processorSeconds = (user + system) / ticks
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        age = Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - start / ticks
    }

    private static func entries(of folder: String) -> Int {
        guard let open = opendir(folder) else { return 0 }
        defer { closedir(open) }
        var count = 0
        while let entry = readdir(open) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        return count
    }

    var description: String {
        let percent = (processorSeconds / max(age, 0.01) * 1_000).rounded() / 10
        return """
            VmRSS \(residentKilobytes) kB (anonymous \(anonymousKilobytes), files \(fileKilobytes)), \
            \(threads) threads, \(descriptors) descriptors, \(percent) % of a processor in \(Int(age)) s
            """
    }
}
