import Metrology

/// MID 0900 revision 1 by the specification's table 206, laid out by hand.
enum CurveSamples {
    /// A divisor of 100 and an interval of half a second.
    static let divisor = "001" + "02213003010000000" + "100"
    static let interval = (last: 2, text: "00302200" + "0.5")

    /// Torque samples in newton metres; `samples` as they stand in the message, the higher byte first.
    static func torque(
        _ samples: [Int16], parameters: String = divisor, resolution: String? = nil
    ) -> [UInt8] {
        let binary = samples.flatMap { sample in
            [UInt8(truncatingIfNeeded: sample >> 8), UInt8(truncatingIfNeeded: sample)]
        }
        let range = "001" + "00000" + padded(max(0, samples.count - 1), 5)
        let text =
            "0000000007" + "2026-02-11:13:45:07" + "000" + "02" + "01" + "001" + parameters
            + (resolution ?? range + interval.text) + padded(samples.count, 5)
        let length = 20 + text.utf8.count + 1 + binary.count
        return Array((padded(length, 4) + "0900001         " + text).utf8) + [0] + binary
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        String(String(repeating: "0", count: width).dropLast(String(number).count)) + String(number)
    }

    static let format = "open-protocol-0900"
}
