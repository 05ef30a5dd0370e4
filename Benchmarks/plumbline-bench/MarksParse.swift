internal import CBaselines
internal import Codecs
internal import Glibc

extension Benchmark {
    /// Marks of every form in turn on one thread. Time is the thread's own, so that other work on the machine
    /// does not count; memory in use before and after is compared, because a parser that keeps something of
    /// each mark fills a gateway that runs for months.
    static let marksParse = Benchmark(
        key: "marks.parse", bar: .valueAtLeast(200_000),
        about: """
            part marks a second of one core's time, read to serial, part number and UII: ISO/IEC 15434 \
            formats 05, 06 and 12, GS1 element strings, Digital Links, part pages and plain codes in turn; \
            each round must allocate the same, and no memory may be kept
            """
    ) {
        let marks = try mix.map(sample)
        // Tables are made and memory is found at first use.
        _ = try round(marks, times: roundsEach)
        var rates: [Double] = []
        var allocations: Set<UInt64> = []
        let resident = try ProcessUsage(getpid()).residentKilobytes
        for _ in 0..<5 {
            let before = plumbline_baseline_allocations()
            let seconds = try round(marks, times: roundsEach)
            allocations.insert(plumbline_baseline_allocations() - before)
            rates.append(Double(roundsEach * marks.count) / seconds)
        }
        let growth = try ProcessUsage(getpid()).residentKilobytes - resident
        let each = Double(allocations.max() ?? 0) / Double(roundsEach * marks.count)
        Main.say(
            "  \(each) allocations a mark, \(growth) kB kept of \(5 * roundsEach * marks.count) marks")
        guard allocations.count == 1, growth < 1_024 else {
            throw BenchmarkError(
                description: "\(allocations.sorted()) allocations a run, \(growth) kB kept")
        }
        return BenchmarkResult(value: rates.median, unit: "marks/s", limit: nil, ratio: nil)
    }

    private static let roundsEach = 20_000

    /// With `\x1d` and the like as people type them; the AIM identifier goes before.
    private static let mix = [
        #"]d1[)>\x1e06\x1d17V98897\x1d1P4L0014-163B\x1dSSA10197\x1e\x04"#,
        #"]d1[)>\x1e12\x1dMFR 0CVA5\x1dSER 674A36458\x1e\x04"#,
        #"]d1[)>\x1e05\x1d8004061414100012345\x1d0109506000134352\x1e\x04"#,
        #"]d2010950600013435221SA10197\x1d10L7\x1d2404L0014-163B"#,
        "]C1010950600013435211261121172611212110197",
        "]Q1https://id.example.com/01/09506000134352/10/L7/21/SA10197?17=261231",
        "]Q1https://acme.ambactracker.example/parts/0191c0de-1111-4222-8333-444455556666",
        "]C0FI-000123", "SA10197",
    ]

    /// The bytes of one mark, read apart from its AIM identifier, as HID POS scanners send both.
    private struct Sample {
        let bytes: [UInt8]
        let symbology: String?
    }

    private static func sample(_ text: String) throws -> Sample {
        let bytes = try PartMark.unescape(text)
        guard bytes.first == UInt8(ascii: "]") else { return Sample(bytes: bytes, symbology: nil) }
        return Sample(
            bytes: Array(bytes.dropFirst(3)), symbology: String(decoding: bytes.prefix(3), as: UTF8.self))
    }

    /// Seconds of this thread's processor time for `times` rounds of `marks`.
    private static func round(_ marks: [Sample], times: Int) throws -> Double {
        let began = threadSeconds()
        var named = 0
        for _ in 0..<times {
            for mark in marks {
                let read = try PartMark.parse(mark.bytes, symbology: mark.symbology)
                named += read.serial?.utf8.count ?? read.partID?.utf8.count ?? 0
            }
        }
        let seconds = threadSeconds() - began
        guard named > 0, seconds > 0 else { throw BenchmarkError(description: "no mark was read") }
        return seconds
    }

    /// Seconds of processor time that this thread has used.
    static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
