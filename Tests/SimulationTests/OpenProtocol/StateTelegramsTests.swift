import Testing

@testable import Simulation

/// Against the specification's examples, and frames that other makers' tests give.
struct StateTelegramsTests {
    private func text(_ telegram: Telegram) -> String { String(decoding: telegram.bytes, as: UTF8.self) }

    private let target = TighteningTarget(
        torque: 14, torqueMin: 12, torqueMax: 15, angle: 480, angleMin: 360, angleMax: 720)

    @Test func alarmsAreTheExamples() {
        let time = "2008-06-02:10:14:26"
        #expect(
            text(StateTelegrams.alarm("E404", time: time, revision: 1))
                == "00530071001         01E404021031042008-06-02:10:14:26")
        #expect(
            text(StateTelegrams.alarmStatus("E404", time: time, revision: 1))
                == "00560076001         01102E404031041052008-06-02:10:14:26")
        #expect(text(StateTelegrams.alarm("E1021", time: time, revision: 3)).utf8.count == 109)
        #expect(text(StateTelegrams.alarmStatus(nil, time: time, revision: 3)).utf8.count == 60)
        #expect(text(StateTelegrams.alarmAcknowledged("E406", revision: 1)).hasSuffix("         E406"))
    }

    @Test func listsAreTheExamples() {
        #expect(
            text(StateTelegrams.list(31, count: 2, width: 2, revision: 1)) == "00260031001         020102")
        #expect(
            text(StateTelegrams.list(31, count: 2, width: 4, revision: 2))
                == "00320031002         000200010002")
        #expect(
            text(StateTelegrams.list(11, count: 2, width: 3, revision: 1)) == "00290011001         002001002")
    }

    @Test func lengthsAreThoseOfTheTables() {
        let tool = (1...5).map {
            StateTelegrams.tool(
                serial: "C341212", tightenings: 548_796, calibrated: "2001-05-07:13:24:54", torque: 50,
                revision: $0
            ).bytes.count
        }
        #expect(tool == [81, 156, 180, 184, 198])
        let job = (1...3).map {
            StateTelegrams.jobInfo(
                1, isDone: false, size: 8, counter: 3, time: "2001-12-01:20:12:45", revision: $0
            ).bytes.count
        }
        #expect(job == [63, 65, 79])
        let set = (1...2).map {
            StateTelegrams.parameterSetValues(1, target: target, batch: 3, revision: $0).bytes.count
        }
        #expect(set == [104, 120])
        #expect(StateTelegrams.job(1, batch: 2, revision: 1).bytes.count == 91 + 12)
        #expect(StateTelegrams.job(1, batch: 2, revision: 2).bytes.count == 93 + 12)
    }

    @Test func aJobIsTheExample() {
        let info = StateTelegrams.jobInfo(
            1, isDone: false, size: 8, counter: 3, time: "2001-12-01:20:12:45", revision: 1)
        #expect(text(info) == "00630035001         0101020030040008050003062001-12-01:20:12:45")
    }

    @Test func aParameterSetIsTheExample() {
        let changed = "2017-06-02:09:54:09"
        #expect(
            text(StateTelegrams.parameterSet(2, changed: changed, target: target, batch: 3, revision: 1))
                == "00420015001         0022017-06-02:09:54:09")
        let values = text(StateTelegrams.parameterSetValues(1, target: target, batch: 3, revision: 1))
        #expect(values.hasSuffix("0310403050012000600150007001400080036009007201000480"))
    }

    @Test func identifiersHaveFourParts() {
        let identifier = Array((String(repeating: "A", count: 25) + "BC").utf8)
        #expect(text(StateTelegrams.identifier(identifier, revision: 1)).utf8.count == 45)
        #expect(text(StateTelegrams.identifier(identifier, revision: 2)).utf8.count == 128)
        let parts = text(StateTelegrams.identifiers(identifier))
        #expect(parts.utf8.count == 148)
        #expect(parts.dropFirst(20).hasPrefix("0110101AAAAA") && parts.contains("0220101BC   "))
        #expect(parts.contains("0440005  "))
    }
}
