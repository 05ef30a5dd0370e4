internal import CBaselines
internal import Codecs
internal import Glibc

extension Benchmark {
    /// Results of MID 0061 revision 1 on one thread, framed out of a stream as reads of 1,460 bytes bring
    /// them and read to what a record takes. Time is the thread's own, as with `marks.parse`; nothing may be
    /// kept of the messages.
    static let openProtocolDecode = Benchmark(
        key: "openprotocol.decode", bar: .valueAtLeast(100_000),
        about: """
            results (MID 0061 revision 1) a second of one core's time, framed out of a stream in reads of \
            1,460 bytes and read to id, part, verdict, torque, angle and time; no memory may be kept
            """
    ) {
        let stream = try results(1_000)
        _ = try round(stream)
        var rates: [Double] = []
        let resident = try ProcessUsage(getpid()).residentKilobytes
        let before = plumbline_baseline_allocations()
        for _ in 0..<rounds { rates.append(1_000 / (try round(stream))) }
        let allocations = Double(plumbline_baseline_allocations() - before) / Double(rounds * 1_000)
        let growth = try ProcessUsage(getpid()).residentKilobytes - resident
        Main.say("  \(allocations) allocations a result, \(growth) kB kept of \(rounds * 1_000) results")
        guard growth < 1_024 else { throw BenchmarkError(description: "\(growth) kB kept") }
        return BenchmarkResult(value: rates.median, unit: "results/s", limit: nil, ratio: nil)
    }

    private static let rounds = 51
    /// What one segment of Ethernet carries (RFC 894 with the headers of IP and TCP).
    private static let readBytes = 1_460

    /// `count` results that differ in id and torque, laid out by specification R2.16, table 98.
    private static func results(_ count: Int) throws -> [UInt8] {
        var stream: [UInt8] = []
        for number in 1...count {
            let torque = OpenProtocolText.padded(6_000 + number % 1_000, 6)
            let text =
                "02310061001         010001020103INJ-NUT-CELL-2           04D0CVA5674A36458          "
                + "0500060030700040800010911011111200600013007000140065001" + "5\(torque)"
                + "16000201700060180004019000372020" + "26-02-11:13:45:07212026-01-05:08:00:0022323"
                + OpenProtocolText.padded(number, 10)
            guard text.utf8.count == 231 else { throw BenchmarkError(description: "the sample is malformed") }
            stream += Array(text.utf8) + [0]
        }
        return stream
    }

    /// Seconds of this thread's processor time to read the stream whole.
    private static func round(_ stream: [UInt8]) throws -> Double {
        let began = threadSeconds()
        var framer = OpenProtocolFramer()
        var (sum, characters, next) = (0, 0, 1)
        var start = 0
        while start < stream.count {
            let end = min(stream.count, start + readBytes)
            framer.append(stream[start..<end])
            start = end
            while let message = try framer.next() {
                guard case .tightening(let result) = try OpenProtocolReply(message), result.isOK == true,
                    result.tighteningID == next, result.torqueStatus == .ok, let torque = result.torque,
                    let angle = result.angle, let time = result.time
                else { throw BenchmarkError(description: "result \(next) was read wrongly") }
                sum += torque + angle + Int(time.second)
                characters += result.identifier?.utf8.count ?? 0
                next += 1
            }
        }
        let seconds = threadSeconds() - began
        let torques = (1..<next).reduce(0) { $0 + 6_000 + $1 % 1_000 }
        guard sum == torques + (next - 1) * (37 + 7), characters == (next - 1) * 15, seconds > 0 else {
            throw BenchmarkError(description: "the results were read wrongly")
        }
        return seconds
    }
}
