import Codecs
import Metrology
import Profiles

/// Lines of torque tools, damaged on their way and through the shipped profiles.
enum LineFormFuzzer {
    /// Lines as the tools say them.
    private static let samples = [
        "-18.78 lbFin", "4.285 Nm", "*10", "# 1 1 03 027.5 0045 0000 0000 @", "%%CAN81%%%%CAN42NAC%%",
        "OK 12.34 N.m", "HI  108.0 lbf.in", "01/01/00_09:00_lb-in_10.80_removal_", "12.34",
    ]

    /// A number that counts as good stands in the line, digit by digit; every reading keeps the whole line.
    static func forms(_ inputs: Int, seed: UInt64, profiles: [[UInt8]]) -> FuzzTally {
        var tally = FuzzTally("form")
        var random = FuzzRandom(seed: seed)
        let read = profiles.compactMap { bytes in
            DeviceProfile.read(SourceFile(path: "fuzz.yaml", bytes: bytes), faults: FaultCollector())?.lines
        }
        guard !read.isEmpty else { return tally }
        for _ in 0..<inputs {
            tally.inputs += 1
            var line = Array(samples[random.below(samples.count)].utf8)
            if random.below(8) > 0 { random.damage(&line) }
            let reading = read[random.below(read.count)].read(line)
            var isGood = false
            for value in reading.readings {
                if value.raw != line { tally.find("a reading of other bytes", line, seed: seed) }
                guard value.quality == .good else { continue }
                isGood = true
                if let what = doubt(about: value, in: line) { tally.find(what, line, seed: seed) }
            }
            if isGood { tally.intact += 1 }
        }
        return tally
    }

    /// What is wrong with a good value, by another way of looking at it; nil where nothing is.
    private static func doubt(about reading: PointReading, in line: [UInt8]) -> String? {
        switch reading.value {
        case nil: return "\(reading.point) is good and has no value"
        case .text: return nil
        case .decimal(let number):
            guard reading.unit != nil else { return "\(reading.point) has no unit" }
            // The shipped profiles scale nothing: the digits of the value, without sign and zeros in front,
            // stand side by side in the line.
            let digits = String(number.coefficient.magnitude)
            let said = String(decoding: line.filter { $0 != UInt8(ascii: ".") }, as: UTF8.self)
            return said.contains(digits) ? nil : "\(reading.point) is \(number), which is not in the line"
        }
    }
}
