import Codecs
import Testing

/// Several spindles at once; values of OpenProtocolInterpreter's public tests of MIDs 0101, 0106 and 0107.
@Suite struct OpenProtocolMultiResultTests {
    private static let first =
        "01920101001         010102BM3GA02111900601         030304003050001060001071080006800900092010000800"
        + "110000012000151300000142019-11-14:14:08:05152019-11-25:11:22:41160091317118010111000809100000"

    private static func message(_ text: String) throws -> OpenProtocolMessage {
        try OpenProtocolMessage(Array(text.utf8))
    }

    @Test func revision1IsRead() throws {
        let result = try OpenProtocolMultiResult(Self.message(Self.first))
        #expect(result.fields.text(.identifier) == "BM3GA02111900601")
        #expect(result.fields.number(.syncID) == 913)
        #expect(result.fields.number(.torqueMin) == 680)
        #expect(result.fields.number(.torqueMax) == 920)
        #expect(result.spindles.count == 1)
        let spindle = try #require(result.spindles.first)
        #expect(spindle.number == 1)
        #expect(spindle.channel == 1)
        #expect(spindle.isOK == true)
        #expect(spindle.torqueStatus == 1)
        #expect(spindle.torque == 809)
        #expect(spindle.angleStatus == 1)
        #expect(spindle.angle == 0)
        #expect(result.isOK == true)
        #expect(result.systemSubtype == nil)
    }

    @Test func laterRevisionsSayMore() throws {
        let body = Self.first.dropFirst(11)
        let fourth = try OpenProtocolMultiResult(Self.message("01970101004" + body + "19002"))
        #expect(fourth.systemSubtype == 2)
        let fifth = try OpenProtocolMultiResult(Self.message("02040101005" + body + "190022000021"))
        #expect(fifth.jobSequence == 21)
        let negative = try OpenProtocolMultiResult(
            Self.message("01970101004" + body.dropLast(5) + "-0012" + "19002"))
        #expect(negative.spindles.first?.angle == -12)
    }

    /// Blank channel (devices differ), two spindles of which one is not OK.
    @Test func oneBadSpindleIsEnough() throws {
        let start = "02100101" + Self.first.dropFirst(8).prefix(14) + "02" + Self.first.dropFirst(24)
        let text = start.prefix(192) + "02  10000000" + "000000"
        let result = try OpenProtocolMultiResult(Self.message(String(text)))
        #expect(result.spindles.map(\.isOK) == [true, true])
        #expect(result.spindles.last?.channel == nil)
        #expect(result.spindles.last?.torqueStatus == 0)
        #expect(result.isOK == true)
        let bad = try OpenProtocolMultiResult(Self.message(String(start.prefix(192) + "02  00000000000000")))
        #expect(bad.isOK == false)
        let unknown = try OpenProtocolMultiResult(
            Self.message(String(start.prefix(192) + "02  70000000000000")))
        #expect(unknown.isOK == nil)
    }

    @Test func anotherNumberOfSpindlesIsMalformed() throws {
        for count in ["00", "02", "99", "  "] {
            let text = Self.first.prefix(22) + count + Self.first.dropFirst(24)
            let message = try Self.message(String(text))
            #expect(throws: OpenProtocolError.self) { try OpenProtocolMultiResult(message) }
        }
    }

    @Test func aPowerMACSStationIsRead() throws {
        let station = try OpenProtocolPowerMACS.Station(Self.message(OpenProtocolSamples.station1))
        #expect(station.head.messages == 5)
        #expect(station.head.message == 1)
        #expect(station.head.dataNumber == 38_127)
        #expect(station.time?.text == "2017-05-25:09:51:38")
        #expect(station.mode == 11)
        #expect(station.modeName == "Ap.320Nm Diant.P11")
        #expect(station.isOK == true)
        #expect(station.status == 1)
        #expect(station.identifier == "9BM384069HB066171")
        #expect(station.bolts.count == 4)
        #expect(station.bolts.first?.torque == OpenProtocolDecimal(coefficient: 329_909, exponent: -3))
        #expect(station.bolts.first?.angle == OpenProtocolDecimal(coefficient: 358_540, exponent: -4))
        #expect(station.variables.map(\.name) == ["Data No Station", "Free No 1"])
        #expect(station.systemSubtype == nil)
    }

    @Test func aPowerMACSBoltIsRead() throws {
        let bolt = try OpenProtocolPowerMACS.BoltReport(Self.message(OpenProtocolSamples.bolt1))
        #expect(bolt.name == "My first bolt")
        #expect(bolt.number == 1)
        #expect(bolt.status == 3)
        #expect(bolt.customerError == "E321")
        #expect(bolt.results.map(\.name) == ["Variable 1", "Variable 2"])
        #expect(bolt.results.last?.number == OpenProtocolDecimal(coefficient: 999_999, exponent: -2))
        #expect(bolt.stepResults.map(\.step) == [1, 2])
        #expect(bolt.hasAllSteps == true)
        #expect(bolt.variables.first?.text == "Got 13 digits")
        #expect(bolt.variables.first?.step == 1)
    }
}
