import Codecs
import Testing

@Suite struct OpenProtocolResultTests {
    private static func message(_ text: String) throws -> OpenProtocolMessage {
        try OpenProtocolMessage(Array(text.utf8))
    }

    @Test func revision1IsRead() throws {
        let result = try OpenProtocolTightening(Self.message(OpenProtocolSamples.result1))
        #expect(result.tighteningID == 104_512)
        #expect(result.identifier == "D0CVA5674A36458")
        #expect(result.fields.text(.controllerName) == "INJ-NUT-CELL-2")
        #expect(result.fields.number(.cellID) == 1)
        #expect(result.fields.number(.channelID) == 1)
        #expect(result.jobID == 0)
        #expect(result.parameterSetID == 3)
        #expect(result.batchSize == 4)
        #expect(result.batchCounter == 1)
        #expect(result.isOK == true)
        #expect(result.torqueStatus == .ok)
        #expect(result.angleStatus == .ok)
        #expect(result.torqueMin == 6_000)
        #expect(result.torqueMax == 7_000)
        #expect(result.torqueTarget == 6_500)
        #expect(result.torque == 6_483)
        #expect(result.torqueUnit == .newtonMetre)
        #expect(result.angleMin == 20)
        #expect(result.angleMax == 60)
        #expect(result.angleTarget == 40)
        #expect(result.angle == 37)
        #expect(result.time?.text == "2026-02-11:13:45:07")
        #expect(result.fields.time(.parameterSetChanged)?.text == "2026-01-05:08:00:00")
        #expect(result.batchStatus == .running)
        #expect(result.fields.rest.isEmpty)
    }

    @Test func revision999HasNoParameterIDs() throws {
        let result = try OpenProtocolTightening(Self.message(OpenProtocolSamples.result999))
        #expect(result.tighteningID == 4_294_967_295)
        #expect(result.identifier == "KPOL3456JKLO897")
        #expect(result.jobID == 2)
        #expect(result.parameterSetID == 1)
        #expect(result.batchSize == 20)
        #expect(result.batchCounter == 19)
        #expect(result.batchStatus == .notUsed)
        #expect(result.isOK == true)
        #expect(result.torqueStatus == .ok)
        #expect(result.angleStatus == .ok)
        #expect(result.torque == 500)
        #expect(result.angle == 360)
        #expect(result.time?.text == "2001-06-02:09:54:09")
    }

    @Test(arguments: [("0", false), ("1", true), ("2", nil), (" ", nil), ("9", nil)])
    func onlyOneIsOK(digit: String, isOK: Bool?) throws {
        var bytes = Array(OpenProtocolSamples.result1.utf8)
        bytes[107] = digit.utf8.first ?? 0
        #expect(try OpenProtocolTightening(OpenProtocolMessage(bytes)).isOK == isOK)
    }

    @Test func aHighTorqueIsNoLowOne() throws {
        var bytes = Array(OpenProtocolSamples.result1.utf8)
        bytes[110] = UInt8(ascii: "2")
        #expect(try OpenProtocolTightening(OpenProtocolMessage(bytes)).torqueStatus == .high)
        bytes[110] = UInt8(ascii: "7")
        #expect(try OpenProtocolTightening(OpenProtocolMessage(bytes)).torqueStatus == .unknown(7))
    }

    @Test func aWrongParameterIDIsTold() throws {
        var bytes = Array(OpenProtocolSamples.result1.utf8)
        bytes[139] = UInt8(ascii: "6")
        let message = try OpenProtocolMessage(bytes)
        let error = #expect(throws: OpenProtocolError.self) { try OpenProtocolTightening(message) }
        #expect(
            error?.description == #"MID 0061 revision 1: byte 139: expected parameter 15, found "16""#)
    }
}
