import Codecs
import Testing

@Suite struct OpenProtocolCurveTests {
    @Test func aRecordedCurveIsRead() throws {
        let curve = try OpenProtocolCurve(OpenProtocolMessage(OpenProtocolSamples.curve))
        #expect(curve.resultID == 151_846)
        #expect(curve.time?.text == "2021-06-23:08:19:26")
        #expect(curve.kind == .torque)
        #expect(curve.transducer == 1)
        #expect(curve.unit == 1)
        #expect(curve.common.isEmpty)
        #expect(curve.parameters.map(\.id) == [1_000, 10, 1_202, 51, 50, 52, 53, 2_214])
        #expect(curve.parameters[1].text == "2614913")
        #expect(curve.scale == .factor(OpenProtocolDecimal(coefficient: 1_417, exponent: -6)))
        #expect(curve.resolutions.map(\.first) == [0])
        #expect(curve.resolutions.map(\.last) == [113])
        #expect(curve.resolutions.map(\.unit) == [202])
        #expect(
            curve.resolutions.map(\.interval) == [OpenProtocolDecimal(coefficient: 32_000_000, exponent: -6)])
        #expect(curve.samples == OpenProtocolSamples.curveSamples)
        #expect(curve.samples.first == -1)
        guard case .curve = try OpenProtocolReply(curve.message) else {
            Issue.record("no curve")
            return
        }
    }

    @Test func theStreamGoesOnBehindACurve() throws {
        var framer = OpenProtocolFramer()
        framer.append(OpenProtocolSamples.curve + Array(OpenProtocolSamples.result1.utf8) + [0])
        #expect(try framer.next()?.bytes == OpenProtocolSamples.curve)
        #expect(try framer.next()?.mid == 61)
        #expect(try framer.next() == nil)
    }

    /// One sample more or less than the message tells, a byte too many, no NUL before them.
    @Test func anotherNumberOfSamplesIsMalformed() throws {
        let curve = OpenProtocolSamples.curve
        for count in [0, 113, 115, 99_999] {
            var bytes = curve
            let start = bytes.count - 228 - 6
            bytes.replaceSubrange(start..<start + 5, with: OpenProtocolText.padded(count, 5).utf8)
            let message = try OpenProtocolMessage(bytes)
            let error = #expect(throws: OpenProtocolError.self) { try OpenProtocolCurve(message) }
            #expect(error?.byte == start + 1)
        }
        var longer = curve + [7]
        longer.replaceSubrange(0..<4, with: "0532".utf8)
        let odd = try OpenProtocolMessage(longer)
        #expect(throws: OpenProtocolError.self) { try OpenProtocolCurve(odd) }
        var unended = curve
        unended[curve.count - 229] = 0x30
        let message = try OpenProtocolMessage(unended)
        #expect(throws: OpenProtocolError.self) { try OpenProtocolCurve(message) }
    }

    /// Specification R2.16, section 5.27.1: a sample of 5610 with the divisor 100 is 56.1 Nm.
    @Test(arguments: [
        ("02213003010000000100", OpenProtocolCurve.Scale.divisor(.init(coefficient: 100, exponent: 0))),
        ("02213003010000000000", .unknown), ("02213003040000000100", .unknown),
        ("02215003010000000100", .unknown), ("022130030100000001e2", .unknown),
    ])
    func theScaleIsToldOrUnknown(parameter: String, scale: OpenProtocolCurve.Scale) throws {
        let curve = try Self.curve("001" + parameter, samples: [0x15, 0xEA])
        #expect(curve.scale == scale)
        #expect(curve.samples == [5_610])
    }

    @Test func twoScalesAreNone() throws {
        let both = "002" + "02213003010000000100" + "02214004030000000" + "0.01"
        #expect(try Self.curve(both, samples: []).scale == .unknown)
        #expect(try Self.curve("000", samples: []).scale == .unknown)
    }

    @Test func laterRevisionsHaveFurtherFields() throws {
        let head = "00000000012026-02-11:13:45:07"
        let second = try OpenProtocolCurve(
            Self.message(revision: 2, head + "000" + "01" + "01" + "050" + "0008" + "000000", []))
        #expect(second.requestMID == 8)
        #expect(second.kind == .angle)
        let third = try OpenProtocolCurve(
            Self.message(
                revision: 3, head + "000120001" + "000" + "02" + "03" + "01" + "001" + "0006" + "000000", []))
        #expect(third.curves == 3)
        #expect(third.requestMID == 6)
        guard case .other = try OpenProtocolReply(Self.message(revision: 4, head, [])) else {
            Issue.record("a revision was read that nobody knows")
            return
        }
    }

    @Test func limitsAreRead() throws {
        let data =
            "00000000012026-02-11:13:45:07" + "001" + "02021" + "016" + "08" + "001" + "0000"
            + "0012.500-0040.00"
        let message = try OpenProtocolMessage(OpenProtocolHeader(mid: 901), data: Array(data.utf8))
        let limits = try OpenProtocolCurveLimits(message)
        #expect(limits.resultID == 1)
        #expect(limits.parameters.first?.id == 2_021)
        #expect(limits.parameters.first?.text == "0012.500-0040.00")
        #expect(limits.parameters.first?.number == nil)
    }

    /// Specification R2.16, sections 5.27.1.2 and 5.27.1.3 ; the second one prints a 6 for the length 5.
    @Test func subscriptionsAreWrittenAsTheSpecificationDoes() throws {
        let subscribe = try OpenProtocolRequest.subscribeCurves([.angle]).message()
        #expect(
            String(decoding: subscribe.bytes.dropFirst(20), as: UTF8.self)
                == "0900001350                             01001")
        #expect(subscribe.bytes.count == 64)
        let unsubscribe = try OpenProtocolRequest.unsubscribeCurves([.angle]).message()
        #expect(String(decoding: unsubscribe.bytes, as: UTF8.self) == "00340009            09000010501001")
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.subscribeCurves([]) }
    }

    @Test(arguments: [
        ("99.9999", 999_999, -4), ("-9.9999", -99_999, -4), ("12345.1", 123_451, -1), ("  35 ", 35, 0),
        ("0.001417", 1_417, -6), ("+7", 7, 0), (".5", 5, -1), ("5.", 5, 0),
    ])
    func decimalsAreExact(text: String, coefficient: Int, exponent: Int) {
        #expect(
            OpenProtocolDecimal(Array(text.utf8)[...])
                == OpenProtocolDecimal(coefficient: coefficient, exponent: exponent))
    }

    @Test(arguments: ["", " ", ".", "-", "1.2.3", "1e5", "1 2", "--1", "0x1", "123456789012345678"])
    func whatIsNoDecimalIsNone(text: String) {
        #expect(OpenProtocolDecimal(Array(text.utf8)[...]) == nil)
    }

    private static func curve(_ parameters: String, samples: [UInt8]) throws -> OpenProtocolCurve {
        try OpenProtocolCurve(
            message(
                revision: 1,
                "00000000012026-02-11:13:45:07" + "000" + "02" + "01" + "001" + parameters + "000",
                samples))
    }

    private static func message(
        revision: Int, _ text: String, _ samples: [UInt8]
    ) throws -> OpenProtocolMessage {
        let count = OpenProtocolText.padded(samples.count / 2, 5)
        return try OpenProtocolMessage(
            OpenProtocolHeader(mid: 900, revision: revision), data: Array((text + count).utf8) + [0] + samples
        )
    }
}
