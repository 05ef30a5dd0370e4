import Codecs
import Metrology
import Testing

@testable import Gateway

@Suite("A curve as numbers")
struct CurveTraceTests {
    private func trace(_ raw: [UInt8], kind: ResultCurve.Kind = .torque) throws -> CurveTrace {
        try #require(try CurveTrace(kind: kind, format: CurveSamples.format, raw: raw))
    }

    @Test("Samples are divided exactly, and timed by their interval")
    func scaled() throws {
        let trace = try trace(CurveSamples.torque([2_750, -1, 0]))
        #expect(trace.unit == "N.m")
        #expect(trace.values.map(\.description) == ["27.50", "-0.01", "0.00"])
        #expect(trace.seconds.map(\.description) == ["0", "0.5", "1.0"])
    }

    /// The factor of a recorded message of a real controller; and a divisor that no decimal ends with.
    @Test("A factor multiplies, and a divisor that is no power of ten is rounded at the ninth decimal")
    func otherScales() throws {
        let factor = try trace(
            CurveSamples.torque([1_000, -1], parameters: "001" + "02214008030000000" + "0.001417"))
        #expect(factor.values.map(\.description) == ["1.417000", "-0.001417"])
        let divisor = try trace(
            CurveSamples.torque([100, -100, 32_767], parameters: "001" + "02213001010000000" + "3"))
        #expect(divisor.values.map(\.description) == ["33.333333333", "-33.333333333", "10922.333333333"])
        let fraction = try trace(
            CurveSamples.torque([7], parameters: "001" + "02213003030000000" + "0.1"))
        #expect(fraction.values == [70])
    }

    @Test("Without a scale the samples stand as they came, without a unit")
    func unscaled() throws {
        let trace = try trace(CurveSamples.torque([5, 6], parameters: "000"))
        #expect(trace.unit == nil && trace.values == [5, 6])
        #expect(CurveTable([trace]).lines == ["sample,time_s,torque_raw", "0,0,5", "1,0.5,6"])
    }

    @Test(
        "Where intervals are not known for all samples there are no times at all",
        arguments: [
            "000", "001" + "00000" + "00001" + "003" + "02" + "200" + "0.5",
            "001" + "00000" + "00002" + "003" + "02" + "999" + "0.5",
            "001" + "00000" + "00002" + "003" + "02" + "200" + "x.5",
            "001" + "00002" + "00001" + "003" + "02" + "200" + "0.5",
        ])
    func untimed(resolution: String) throws {
        let trace = try trace(CurveSamples.torque([1, 2, 3], resolution: resolution))
        #expect(trace.seconds.isEmpty && trace.values.count == 3)
        #expect(CurveTable([trace]).lines[1] == "0,,0.01")
    }

    @Test("Milliseconds and two ranges of time are read on; what lies beyond the samples is left out")
    func ranges() throws {
        let two =
            "002" + "00000" + "00001" + "001" + "01" + "202" + "5" + "00002" + "99999" + "001" + "01" + "200"
            + "1"
        let trace = try trace(CurveSamples.torque([1, 2, 3, 4], resolution: two))
        #expect(trace.seconds.map(\.description) == ["0", "0.005", "1.005", "2.005"])
    }

    @Test("Curves stand side by side, angle first; the shorter one ends in empty cells")
    func table() throws {
        let torque = try trace(CurveSamples.torque([100, 200, 300]))
        let angle = try trace(CurveSamples.torque([1, 2]), kind: .angle)
        #expect(
            CurveTable([torque, angle]).lines == [
                "sample,time_s,angle_N.m,torque_N.m", "0,0,0.01,1.00", "1,0.5,0.02,2.00", "2,1.0,,3.00",
            ])
    }

    @Test("Limits have no samples; bytes that are no curve, or more than one, are refused")
    func others() throws {
        #expect(try CurveTrace(kind: .limits, format: "open-protocol-0901", raw: [1]) == nil)
        let curve = CurveSamples.torque([1])
        for raw in [[], [1, 2], curve.dropLast(), curve + curve, Array("00209999            ".utf8)]
            as [[UInt8]]
        {
            #expect(throws: OpenProtocolError.self) { try trace(raw) }
        }
    }

    @Test("A drawing keeps the peak, however few points it has")
    func drawing() throws {
        var samples = [Int16](repeating: 10, count: 4_000)
        (samples[1_234], samples[3_456]) = (2_750, -30)
        let json = try trace(CurveSamples.torque(samples)).json(mostPoints: 100)
        let points = json["points"]?.elements ?? []
        #expect(points.count <= 100 && points.count > 50)
        #expect(points.contains(["617.0", "27.50"]) && points.contains(["1728.0", "-0.30"]))
        #expect(json["samples"] == 4_000 && json["symbol"] == "N·m")
        let few = try trace(CurveSamples.torque([1, 2, 3])).json(mostPoints: 100)
        #expect(few["points"]?.elements.count == 3)
    }
}
