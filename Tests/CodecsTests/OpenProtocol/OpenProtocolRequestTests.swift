import Codecs
import Testing

/// Requests against the examples and tables of specification R2.16.
@Suite struct OpenProtocolRequestTests {
    private static func text(_ request: OpenProtocolRequest) throws -> String {
        String(decoding: try request.message().bytes, as: UTF8.self)
    }

    @Test func examplesOfTheSpecification() throws {
        // Sections 5.3.3, 5.5.3 and 5.5.10.
        #expect(try Self.text(.parameterSet(1)) == "00230012            001")
        #expect(try Self.text(.job(1)) == "00220032            01")
        #expect(try Self.text(.restartJob(1)) == "00220039            01")
        #expect(try OpenProtocolRequest.parameterSet(1).answer == .reply(13))
        #expect(try OpenProtocolRequest.restartJob(1).answer == .accepted)
    }

    @Test func tablesOfTheSpecification() throws {
        // Tables 58 and 70: four digits from revision 2.
        #expect(try Self.text(.job(12, revision: 2)) == "00240032002         0012")
        #expect(try Self.text(.selectJob(7)) == "00220038            07")
        #expect(try Self.text(.selectJob(7, revision: 2)) == "00240038002         0007")
        // Tables 39 and 40.
        #expect(try Self.text(.batchSize(4, ofParameterSet: 3)) == "00250019            00304")
        #expect(try Self.text(.batchSize(400, ofParameterSet: 3)) == "00270019002         0030400")
        // Tables 81 and 82.
        #expect(try Self.text(.disableTool) == "00200042            ")
        #expect(
            try Self.text(.disableTool(OpenProtocolRequest.everyTool)) == "00300042002         0199990200")
        #expect(try Self.text(.disableTool(2, .inhibitedWithoutResult)) == "00300042002         0100020203")
        #expect(try Self.text(.enableTool(2)) == "00260043002         010002")
        // Table 73.
        #expect(try Self.text(.tool()) == "00200040            ")
        #expect(try Self.text(.tool(revision: 5, number: 3)) == "00200040005         ")
        #expect(try Self.text(.tool(revision: 6, number: 3)) == "00260040006         010003")
        // Table 111.
        #expect(try Self.text(.oldResult(0, revision: 10)) == "00310064010         00000000000")
        // Tables 173, 178 and 180.
        #expect(try Self.text(.device(15, revision: 2)) == "00220214002         15")
        #expect(try Self.text(.subscribeRelay(13)) == "00230216            013")
        #expect(try Self.text(.unsubscribeRelay(13)) == "00230219            013")
        #expect(try Self.text(.abortJob) == "00200127            ")
        #expect(try Self.text(.acknowledgeAlarmRemotely) == "00200078            ")
    }

    @Test func theTimeIsSetAsItIsRead() throws {
        let time = try #require(
            OpenProtocolTime(year: 2_026, month: 2, day: 11, hour: 13, minute: 45, second: 7))
        #expect(try Self.text(.setTime(time)) == "00390082            2026-02-11:13:45:07")
        let never = try #require(OpenProtocolTime(Array("0000-00-00:00:00:00".utf8)[...]))
        #expect(!never.isOnCalendar)
        #expect(never.text == "0000-00-00:00:00:00")
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.setTime(never) }
        #expect(
            OpenProtocolTime(year: 2_024, month: 2, day: 29, hour: 0, minute: 0, second: 0)?.isOnCalendar
                == true)
        #expect(
            OpenProtocolTime(year: 2_026, month: 2, day: 29, hour: 0, minute: 0, second: 0)?.isOnCalendar
                == false)
        for text in ["2026-02-11 13:45:07", "2026-02-11:13:45:0x", "2026-02-11:13:45:7", ""] {
            #expect(OpenProtocolTime(Array(text.utf8)[...]) == nil)
        }
    }

    /// Table 7: what subscribes, acknowledges and unsubscribes.
    @Test(arguments: [
        (OpenProtocolRequest.Event.parameterSetSelected, 14, 16, 17, 15), (.jobInfo, 34, 36, 37, 35),
        (.identifier, 51, 53, 54, 52), (.result, 60, 62, 63, 61), (.alarm, 70, 72, 73, 71),
        (.multiResult, 100, 102, 103, 101), (.powerMACS, 105, 108, 109, 106),
        (.multipleIdentifiers, 151, 153, 154, 152), (.monitoredInputs, 210, 212, 213, 211),
    ])
    func eventsHaveTheirMIDs(
        event: OpenProtocolRequest.Event, subscribe: Int, acknowledge: Int, unsubscribe: Int, data: Int
    ) throws {
        #expect(OpenProtocolRequest.subscribe(event).mid == subscribe)
        #expect(OpenProtocolRequest.acknowledge(event).mid == acknowledge)
        #expect(OpenProtocolRequest.acknowledge(event).answer == .none)
        #expect(OpenProtocolRequest.unsubscribe(event).mid == unsubscribe)
        #expect(OpenProtocolRequest.acknowledgement(ofEvent: data)?.mid == acknowledge)
    }

    @Test func furtherEventsAreAcknowledged() throws {
        #expect(OpenProtocolRequest.acknowledgement(ofEvent: 74)?.mid == 75)
        #expect(OpenProtocolRequest.acknowledgement(ofEvent: 76)?.mid == 77)
        #expect(OpenProtocolRequest.acknowledgement(ofEvent: 217)?.mid == 218)
        let curve = try #require(OpenProtocolRequest.acknowledgement(ofEvent: 900))
        #expect(try Self.text(curve) == "00240005            0900")
        #expect(OpenProtocolRequest.acknowledgement(ofEvent: 65) == nil)
        #expect(try Self.text(.acknowledgeStation(wantsBolt: true)) == "00210108            1")
        #expect(try Self.text(.acknowledge(.powerMACS)) == "00210108            0")
    }

    /// Tables 146, 147 and 151.
    @Test func resultsOfSeveralSpindlesCanBeRewound() throws {
        #expect(try Self.text(.subscribe(.multiResult)) == "00200100            ")
        #expect(try Self.text(.subscribe(.multiResult, revision: 3)) == "00310100003         00000000001")
        #expect(
            try Self.text(.subscribe(.powerMACS, revision: 2, after: 38_127))
                == "00300105002         0000038127")
        #expect(
            try Self.text(.subscribe(.powerMACS, revision: 3, after: 38_127))
                == "00310105003         00000381270")
        #expect(throws: OpenProtocolError.self) {
            try OpenProtocolRequest.subscribe(.result, revision: 2, after: 1)
        }
    }

    /// Table 209: id, kind in three digits, tool in four.
    @Test func oneCurveCanBeAskedFor() throws {
        #expect(
            try Self.text(.curve(.torque, ofResult: 104_512))
                == "00460006            090000117" + "0000104512" + "002" + "0001")
        #expect(try Self.text(.subscribeCurveLimits()) == "00290008            090100100")
        #expect(throws: OpenProtocolError.self) {
            try OpenProtocolRequest.request(mid: 900, extra: [UInt8](repeating: 0x30, count: 100))
        }
    }

    @Test func textsOfRefusalsAndFaultsSayWhere() {
        let fault = OpenProtocolError(.malformed, mid: 61, revision: 1, byte: 139, "expected parameter 15")
        #expect(fault.description == "MID 0061 revision 1: byte 139: expected parameter 15")
        #expect(OpenProtocolError(.framing, byte: 7, "x").description == "byte 7: x")
        #expect(OpenProtocolText.quoted([0x41, 0, 0x22, 0xFF]) == #""A\x00\x22\xff""#)
        #expect(OpenProtocolText.quoted([UInt8](repeating: 0x41, count: 40)[...]).hasSuffix("\"…"))
    }
}
