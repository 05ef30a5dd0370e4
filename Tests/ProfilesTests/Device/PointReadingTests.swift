import Codecs
import Judging
import Metrology
import Testing

@testable import Profiles

@Suite("What a reply says about points")
struct PointReadingTests {
    private static let flow = """
          - {id: flow, address: 0, type: float32, unit: mL/min, resolution: "0.01",
             valid: ["0", "300"], when: ready}
          - {id: ready, address: 4, type: bit, bit: 0}
          - {id: level, address: 5, type: int16, scale: "0.1", offset: "-5", unit: Cel,
             sentinel: [0x7FFF, -32768]}
          - {id: text, address: 6, type: string, count: 2}
        """

    @Test("Values come with unit, raw bytes and quality")
    func good() throws {
        let all = try OneRequest.of(Self.flow).readings("42513333 00000000 0001 FF38 41422020")
        let flow = try #require(all["flow"])
        #expect(flow.value == .decimal(ExactDecimal(5_230, e: -2)))
        #expect(flow.value?.description == "52.30")
        #expect(flow.unit?.code == "mL/min")
        #expect(Hex.text(flow.raw) == "42513333")
        #expect(flow.quality == .good)
        #expect(all["level"]?.value?.description == "-25.0")
        #expect(all["text"]?.value == .text("AB"))
    }

    @Test("A value whose own bit is not set is flagged, but kept")
    func when() throws {
        let flow = try OneRequest.of(Self.flow).readings("42513333 00000000 0000 0000 41422020")["flow"]
        #expect(flow?.quality == .bad(.flagged))
        #expect(flow?.value?.description == "52.30")
    }

    @Test("NaN, the device's own marks, values beyond reason and broken texts are bad")
    func bad() throws {
        let nan = try OneRequest.of(Self.flow).readings("7FC00000 00000000 0001 7FFF 410A2020")
        #expect(nan["flow"]?.quality == .bad(.sentinel))
        #expect(nan["flow"]?.value == nil)
        #expect(nan["level"]?.quality == .bad(.sentinel))
        #expect(nan["text"]?.quality == .bad(.malformed))
        let beyond = try OneRequest.of(Self.flow).readings("47F12000 00000000 0001 8000 41422020")
        #expect(beyond["flow"]?.quality == .bad(.implausible))
        #expect(beyond["flow"]?.value?.description == "123456.00")
        #expect(beyond["level"]?.quality == .bad(.sentinel))
    }

    @Test("A short or long reply makes every point bad", arguments: [0, 1, 14, 15, 17, 18])
    func wrongLength(_ count: Int) throws {
        let readings = try OneRequest.of(Self.flow).decode([UInt8](repeating: 0, count: count))
        #expect(readings.count == 4)
        #expect(readings.allSatisfy { $0.quality == .bad(.malformed) && $0.value == nil })
    }

    @Test("A whole reply is taken only from the right function, with the right count")
    func wholeReply() throws {
        let request = try OneRequest.of("  - {id: a, address: 0, type: uint16, unit: \"1\"}", count: 1)
        #expect(request.data(ofReply: [3, 2, 0x12, 0x34]) == [0x12, 0x34])
        for reply: [UInt8] in [[4, 2, 1, 2], [3, 3, 1, 2], [3, 2, 1], [0x83, 2], [3, 2, 1, 2, 3], []] {
            #expect(request.data(ofReply: reply) == nil)
        }
    }

    @Test("A unit or decimals that are not known yet leave the value unknown")
    func unknownContext() throws {
        let points = """
              - {id: rate, address: 0, type: int32, scale_from: places, unit_from: unit, kind: volume_flow}
              - {id: unit, address: 2, type: uint16, enum: {23: mL/min}}
              - {id: places, address: 3, type: uint16}
            """
        let known = try OneRequest.of(points).readings("0000 01F4 0017 0001 0000 0000 0000 0000")
        #expect(known["rate"]?.value?.description == "50.0")
        #expect(known["rate"]?.unit?.code == "mL/min")
        let unknown = try OneRequest.of(points).readings("0000 01F4 0018 0001 0000 0000 0000 0000")
        #expect(unknown["rate"]?.quality == .bad(.malformed))
        #expect(unknown["rate"]?.value == nil)
        let absurd = try OneRequest.of(points).readings("0000 01F4 0017 FFFF 0000 0000 0000 0000")
        #expect(absurd["rate"]?.quality == .bad(.malformed))
    }

    @Test("Random replies never crash a shipped profile")
    func randomReplies() throws {
        let seed = SeededRandom.seed()
        var state = seed
        for name in try ShippedProfilesTests.names {
            let bytes = try FileSource.disk.read(Repository.path("DeviceProfiles/" + name)).get()
            let profile = DeviceProfile.read(SourceFile(path: name, bytes: bytes), faults: FaultCollector())
            for request in profile?.registers?.readPlan.requests ?? [] {
                for _ in 0..<300 {
                    let data = (0..<request.replyByteCount).map { _ in
                        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        return UInt8(truncatingIfNeeded: state >> 33)
                    }
                    let readings = request.decode(data)
                    #expect(readings.count == request.points.count, "seed \(seed)")
                    #expect(readings.allSatisfy { $0.quality != .good || $0.value != nil }, "seed \(seed)")
                }
            }
        }
    }
}
