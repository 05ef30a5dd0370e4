import Testing

@testable import Simulation

struct ResultTelegramsTests {
    /// Revision 1 with a UII in the VIN, 64.83 N·m and 37 degrees.
    private static let first =
        "02310061001         010001020103INJ-NUT-CELL-2           04D0CVA5674A36458          "
        + "050006003070004080001091101111120060001300700014006500150064831600020170006018000401900037"
        + "202026-02-11:13:45:07212026-01-05:08:00:00223230000104512"

    /// The example of revision 999.
    private static let short =
        "01210061999         KPOL3456JKLO897          02001002000192111000500003602001-06-02:09:54:09"
        + "2000-06-02:09:54:094294967295"

    private func result(
        id: UInt32 = 104_512, identifier: String = "D0CVA5674A36458", torque: Int = 6_483,
        torqueStatus: LimitStatus = .good, isGood: Bool = true
    ) -> Tightening {
        Tightening(
            id: id, identifier: Array(identifier.utf8), job: 0, pset: 3, psetName: "NUT", batchSize: 4,
            batchCounter: 1, batchStatus: .running, type: .tightening,
            target: .init(
                torque: 65, torqueMin: 60, torqueMax: 70, angle: 40, angleMin: 20, angleMax: 60),
            spindles: [
                .init(
                    torque: torque, angle: 37, torqueStatus: torqueStatus, angleStatus: .good, isGood: isGood)
            ], isGood: isGood, errors: 0, errors2: 0, rundownAngle: 720, time: "2026-02-11:13:45:07",
            psetChanged: "2026-01-05:08:00:00",
            rundown: Rundown(torque: 64.83, angle: 37, freeAngle: 720, isLoosening: false, seed: 1))
    }

    private let telegrams = ResultTelegrams(
        names: .init(controller: "INJ-NUT-CELL-2", tool: "C0761275"), lastResultOffset: 0)

    private func text(_ telegram: Telegram) -> String { String(decoding: telegram.bytes, as: UTF8.self) }

    @Test func revision1IsTheVectorByteForByte() {
        #expect(text(telegrams.last(result(), revision: 1)) == Self.first)
    }

    @Test func revision999IsTheExampleByteForByte() {
        let result = Tightening(
            id: .max, identifier: Array("KPOL3456JKLO897".utf8), job: 2, pset: 1, psetName: "", batchSize: 20,
            batchCounter: 19, batchStatus: .unused, type: .tightening, target: result().target,
            spindles: [
                .init(torque: 500, angle: 360, torqueStatus: .good, angleStatus: .good, isGood: true)
            ], isGood: true, errors: 0, errors2: 0, rundownAngle: 0, time: "2001-06-02:09:54:09",
            psetChanged: "2000-06-02:09:54:09", rundown: result().rundown)
        #expect(text(telegrams.last(result, revision: 999)) == Self.short)
    }

    /// Lengths of the byte tables.
    @Test(arguments: [(1, 231), (2, 385), (3, 419), (4, 500), (5, 506), (6, 526), (7, 544), (999, 121)])
    func lengthsAreThoseOfTheTables(revision: Int, length: Int) {
        #expect(telegrams.last(result(), revision: revision).bytes.count == length)
    }

    /// First and last byte of a field in the table, and what stands there.
    @Test(arguments: [
        (121, 121, "0"), (127, 127, "2"), (130, 130, "1"), (160, 165, "006000"), (184, 189, "007110"),
        (213, 217, "00037"), (304, 313, "0000104512"), (328, 343, "44C0761275      "),
        (346, 364, "2026-02-11:13:45:07"), (386, 392, "47NUT  "), (415, 415, "1"), (418, 419, "01"),
        (420, 446, "50-0001                    "), (536, 544, "570003700"),
    ])
    func fieldsOfRevision7StandWhereTheTablesPutThem(first: Int, last: Int, value: String) {
        let result = result(
            identifier: "D988974L0014-163BSA10197X-0001", torque: 7_110, torqueStatus: .high, isGood: false)
        let bytes = telegrams.last(result, revision: 7).bytes
        #expect(String(decoding: bytes[(first - 1)..<last], as: UTF8.self) == value)
    }

    /// An example of 0065, and one of 0101 with one spindle.
    @Test func otherFormsAreTheExamplesByteForByte() {
        let target = TighteningTarget(
            torque: 8, torqueMin: 6.8, torqueMax: 9.2, angle: 0, angleMin: 0, angleMax: 15)
        func result(
            _ id: UInt32, _ vin: String, set: Int, batch: (Int, Int, BatchStatus), _ spindle: SpindleResult,
            time: String
        ) -> Tightening {
            Tightening(
                id: id, identifier: Array(vin.utf8), job: 3, pset: set, psetName: "", batchSize: batch.0,
                batchCounter: batch.1, batchStatus: batch.2, type: .tightening, target: target,
                spindles: [spindle], isGood: spindle.isGood, errors: 0, errors2: 0, rundownAngle: 0,
                time: time,
                psetChanged: "2019-11-14:14:08:05", rundown: self.result().rundown)
        }
        let low = SpindleResult(
            torque: 1_467, angle: 46, torqueStatus: .low, angleStatus: .low, isGood: false)
        let old = result(
            123_456_789, "AIRBAG", set: 1, batch: (2, 2, .unused), low, time: "2001-04-22:14:54:34")
        #expect(
            text(telegrams.old(old, revision: 1))
                == "01180065001         01012345678902AIRBAG                   0300104000205006007008001467"
                + "0900046102001-04-22:14:54:34112")
        let good = SpindleResult(torque: 809, angle: 0, torqueStatus: .good, angleStatus: .good, isGood: true)
        let spindles = result(
            913, "BM3GA02111900601", set: 3, batch: (1, 1, .good), good, time: "2019-11-25:11:22:41")
        #expect(
            text(telegrams.spindles(spindles, revision: 1))
                == "01920101001         010102BM3GA02111900601         030304003050001060001"
                + "071080006800900092010000800110000012000151300000142019-11-14:14:08:05"
                + "152019-11-25:11:22:41160091317118010111000809100000")
        #expect(telegrams.spindles(spindles, revision: 4).bytes.count == 197)
        #expect(telegrams.spindles(spindles, revision: 5).bytes.count == 204)
    }

    /// Lengths of the tables of 0065.
    @Test(arguments: [(1, 118), (2, 226), (3, 233), (4, 314), (5, 320), (6, 340), (7, 379)])
    func oldResultsHaveTheLengthsOfTheirTables(revision: Int, length: Int) {
        #expect(telegrams.old(result(), revision: revision).bytes.count == length)
    }

    @Test func aMakeMayTellAnotherIDThanItKeeps() {
        let shifted = ResultTelegrams(names: .init(controller: "X", tool: "Y"), lastResultOffset: 1)
        #expect(text(shifted.last(result(), revision: 1)).hasSuffix("230000104513"))
        #expect(text(shifted.last(result(id: .max), revision: 1)).hasSuffix("230000000000"))
    }
}
