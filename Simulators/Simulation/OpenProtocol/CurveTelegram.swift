internal import Codecs

/// Writes trace curves by the byte table of 0900 revision 1 (R 2.16.0, table 206).
enum CurveTelegram {
    /// The trace types of the table that this tool makes.
    enum Trace: Int, CaseIterable, Sendable {
        case angle = 1
        case torque = 2

        /// Unit of the samples by table 217: 001 is N·m, 050 degrees.
        var unit: Int { self == .torque ? 1 : 50 }

        /// What samples are multiplied by to become whole numbers: PID 02213.
        var coefficient: Int { self == .torque ? 100 : 10 }
    }

    /// The PID of the coefficient that a receiver divides by.
    private static let coefficientPID = 2_213
    /// Data types "unsigned integer" and "float" (table 216), and the unit of seconds (table 217).
    private static let (integerType, floatType, seconds) = (1, 3, 200)
    /// How long a rundown is watched, milliseconds.
    static let milliseconds = 1_000

    /// The telegram of one trace.
    static func telegram(_ trace: Trace, of result: Tightening, sent id: UInt32, samples: Int) -> Telegram {
        var writer = FieldWriter()
        writer.number(Int(id), 10)
        writer.text(result.time, 19)
        writer.number(0, 3)  // nothing that is common to all traces
        writer.number(trace.rawValue, 2)
        writer.number(1, 2)  // transducer
        writer.number(trace.unit, 3)
        writer.number(1, 3)
        let coefficient = String(trace.coefficient)
        writer.number(coefficientPID, 5)
        writer.number(coefficient.utf8.count, 3)
        writer.number(integerType, 2)
        writer.number(0, 3)
        writer.number(0, 4)
        writer.text(coefficient, coefficient.utf8.count)
        resolution(samples, &writer)
        writer.number(samples, 5)
        return Telegram(
            900, revision: 1, data: writer.bytes + [0] + binary(trace, of: result.rundown, samples: samples))
    }

    /// One resolution field: the time between two samples, over all of them.
    private static func resolution(_ samples: Int, _ writer: inout FieldWriter) {
        let microseconds = milliseconds * 1_000 / max(samples, 1)
        let value = "0." + String(decoding: FieldWriter.digits(microseconds, 6), as: UTF8.self)
        writer.number(1, 3)
        writer.number(0, 5)
        writer.number(samples - 1, 5)
        writer.number(value.utf8.count, 3)
        writer.number(floatType, 2)
        writer.number(seconds, 3)
        writer.text(value, value.utf8.count)
    }

    /// The samples, two bytes each, high byte first and in two's complement where a screw is loosened. The
    /// specification gives neither the order nor the sign: the order is that of the networks, unconfirmed.
    static func binary(_ trace: Trace, of rundown: Rundown, samples: Int) -> [UInt8] {
        let values = trace == .torque ? rundown.torqueSamples(samples) : rundown.angleSamples(samples)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 2)
        for value in values {
            let scaled = (value * Double(trace.coefficient)).rounded()
            let sample = UInt16(bitPattern: Int16(min(max(scaled, -32_768), 32_767)))
            bytes.append(UInt8(sample >> 8))
            bytes.append(UInt8(truncatingIfNeeded: sample))
        }
        return bytes
    }

    /// 64-bit FNV-1a over the torque samples as they are sent, then the angle samples: 16 hex digits.
    static func hash(of rundown: Rundown, samples: Int) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for trace in [Trace.torque, .angle] {
            for byte in binary(trace, of: rundown, samples: samples) {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
