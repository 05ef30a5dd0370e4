/// Messages as controllers send them, each with where it is from; without the NUL that ends them.
enum OpenProtocolSamples {
    /// MID 0061 revision 1, laid out by hand from specification R2.16, table 98: 64.83 Nm and 37 degrees, OK.
    static let result1 =
        "02310061001         010001020103INJ-NUT-CELL-2           04D0CVA5674A36458          "
        + "0500060030700040800010911011111200600013007000140065001500648316000201700060180004019000372020"
        + "26-02-11:13:45:07212026-01-05:08:00:00223230000104512"

    /// MID 0061 revision 999, the values of the public tests of OpenProtocolInterpreter (TestMid0061).
    static let result999 =
        "01210061999         KPOL3456JKLO897          02001002000192111000500003602001-06-02:09:54:09"
        + "2000-06-02:09:54:094294967295"

    /// Specification R2.16, section 5.2.4: MID 0018 asked for a parameter set that is not there.
    static let refusal = "00260004            001802"
    /// Specification R2.16, section 5.2.5, with the MID in its header put right.
    static let acceptance = "00240005            0018"
    /// Specification R2.16, section 5.2.2.
    static let start1 = "00570002            010001020103Airbag1                  "
    /// Specification R2.16, section 2.2.1.1.
    static let alarm1 = "00530071            01E404021031042008-09-25:10:14:16"

    /// The first `length` characters of `text`, with that length and `revision` in the header.
    static func beginning(of text: String, length: Int, revision: Int) -> String {
        let mid = text.dropFirst(4).prefix(4)
        let head = "\(padded(length, 4))\(mid)\(padded(revision, 3))"
        return head + text.prefix(length).dropFirst(11)
    }

    /// MID 0900 revision 1 as a Power Focus sent it (recorded in the public repository node-open-protocol-v2,
    /// `src/MID0900_example.json`): 114 samples of torque, 32 ms apart, of which the first is below zero.
    static let curve: [UInt8] = {
        let text =
            "05310900        00000000151846" + "2021-06-23:08:19:26" + "000" + "02" + "01" + "001" + "008"
            + "01000" + "001" + "01" + "000" + "0000" + "1"
            + "00010" + "025" + "04" + "000" + "0000" + "2614913                  "
            + "01202" + "008" + "04" + "000" + "0000" + "A0382362"
            + "00051" + "001" + "01" + "000" + "0000" + "0"
            + "00050" + "006" + "01" + "000" + "0000" + "146846"
            + "00052" + "010" + "01" + "000" + "0000" + "1623938205"
            + "00053" + "010" + "01" + "000" + "0000" + "1624436366"
            + "02214" + "008" + "03" + "000" + "0000" + "0.001417"
            + "001" + "00000" + "00113" + "009" + "03" + "202" + "32.000000" + "00114"
        return Array(text.utf8) + [0]
            + curveSamples.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }()

    static let curveSamples: [Int16] = [
        -1, 3, 9, 15, 19, 19, 21, 23, 26, 27, 28, 28, 42, 24, 25, 27, 28, 48, 27, 31, 32, 33, 30, 36,
        45, 72, 46, 34, 34, 31, 33, 50, 27, 27, 33, 42, 31, 59, 33, 38, 53, 34, 39, 37, 85, 57, 49, 58,
        50, 55, 47, 53, 57, 59, 89, 67, 70, 72, 71, 96, 77, 76, 86, 80, 91, 105, 124, 158, 114, 111,
        101, 106, 109, 111, 129, 140, 163, 200, 149, 139, 118, 128, 130, 152, 179, 163, 276, 216, 221,
        283, 558, 5380, 578, 263, 493, 1379, 1831, 2084, 2752, 3540, 4353, 4986, 5477, 6527, 7599,
        8815, 9957, 6156, 5178, 3639, 2976, 1418, 619, 0,
    ]

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
