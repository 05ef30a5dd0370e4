import Metrology
import Testing

@testable import Profiles

@Suite("Which reads a profile makes")
struct ReadPlannerTests {
    private func plan(_ points: String, limits: String = "{registers_per_read: 10}") throws -> [String] {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: modbus
            source: test
            limits: \(limits)
            requests:
              - {id: group, address: 0x100, count: 6, poll: 50 ms}
            points:
              - {id: first, address: 0x100, type: uint16, unit: "1"}
            \(points)
            """
        let faults = FaultCollector()
        let profile = DeviceProfile.read(SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: faults)
        #expect(faults.sorted.map(\.description) == [])
        return try #require(profile?.registers).readPlan.requests.map {
            "\($0.id) \($0.table) \($0.address)+\($0.count) \($0.moment): "
                + $0.points.map(\.id).joined(separator: " ")
        }
    }

    private static let group = "group holding 256+6 every(milliseconds: 50): first"

    @Test("Neighbours of one table and one moment share a request; others do not")
    func coalesced() throws {
        #expect(
            try plan(
                """
                  - {id: b, address: 2, type: int32, unit: "1"}
                  - {id: a, address: 0, type: float32, unit: "1"}
                  - {id: far, address: 5, type: uint16, unit: "1"}
                  - {id: input, address: 4, table: input, type: uint16, unit: "1"}
                  - {id: slow, address: 4, type: uint16, unit: "1", poll: 1 min}
                  - {id: setup, address: 6, type: uint16, unit: "1", read: on_connect}
                  - {id: setup_2, address: 7, type: uint16, unit: "1", read: on_connect}
                """)
                == [
                    Self.group, "input.0x0004 input 4+1 every(milliseconds: 1000): input",
                    "holding.0x0000 holding 0+4 every(milliseconds: 1000): a b",
                    "holding.0x0004 holding 4+1 every(milliseconds: 60000): slow",
                    "holding.0x0005 holding 5+1 every(milliseconds: 1000): far",
                    "holding.0x0006 holding 6+2 onConnect: setup setup_2",
                ])
    }

    @Test("No request is longer than the device allows, and no point is cut")
    func caps() throws {
        let points = (0..<7).map { "  - {id: p\($0), address: \($0 * 2), type: int32, unit: \"1\"}" }
        #expect(
            try plan(points.joined(separator: "\n"), limits: "{registers_per_read: 7}")
                == [
                    Self.group, "holding.0x0000 holding 0+6 every(milliseconds: 1000): p0 p1 p2",
                    "holding.0x0006 holding 6+6 every(milliseconds: 1000): p3 p4 p5",
                    "holding.0x000C holding 12+2 every(milliseconds: 1000): p6",
                ])
    }

    @Test("What clears itself is read alone and only on demand; what is only written is not read")
    func special() throws {
        #expect(
            try plan(
                """
                  - {id: flag, address: 1, type: uint16, unit: "1", clears_on_read: true}
                  - {id: before, address: 0, type: uint16, unit: "1"}
                  - {id: after, address: 2, type: uint16, unit: "1", read: on_demand}
                  - {id: command, address: 3, type: uint16, unit: "1", access: write}
                """)
                == [
                    Self.group, "holding.0x0000 holding 0+1 every(milliseconds: 1000): before",
                    "holding.0x0001 holding 1+1 onDemand: flag", "holding.0x0002 holding 2+1 onDemand: after",
                ])
    }

    @Test("A gap is read over where nothing forbids it: no hole, no register whose reading does something")
    func gaps() throws {
        let points = """
              - {id: a, address: 0, type: uint16, unit: "1"}
              - {id: b, address: 3, type: uint16, unit: "1"}
              - {id: c, address: 7, type: uint16, unit: "1"}
              - {id: d, address: 9, type: uint16, unit: "1"}
              - {id: flag, address: 10, type: uint16, unit: "1", clears_on_read: true}
              - {id: e, address: 11, type: uint16, unit: "1"}
              - {id: input, address: 0, table: input, type: uint16, unit: "1"}
              - {id: input_2, address: 2, table: input, type: uint16, unit: "1"}
            holes: [holding 8, holding 0x0800-0x0FFF]
            """
        let every = "every(milliseconds: 1000)"
        #expect(
            try plan(points, limits: "{gap: 2}")
                == [
                    Self.group, "input.0x0000 input 0+3 \(every): input input_2",
                    "holding.0x0000 holding 0+4 \(every): a b", "holding.0x0007 holding 7+1 \(every): c",
                    "holding.0x0009 holding 9+1 \(every): d", "holding.0x000A holding 10+1 onDemand: flag",
                    "holding.0x000B holding 11+1 \(every): e",
                ])
    }

    @Test("A group wider than one reply is read in parts that cut no value, its guard first and again last")
    func guarded() throws {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: modbus
            source: test
            limits: {registers_per_read: 10}
            requests:
              - {id: wide, address: 100, count: 25, guard: seq}
            points:
              - {id: a, address: 108, type: float64, unit: bar}
              - {id: seq, address: 112, type: uint32, unit: "1"}
            """
        let profile = DeviceProfile.read(
            SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: FaultCollector())
        let wide = try #require(profile?.registers?.readPlan.request("wide"))
        #expect(wide.reads == [108..<118, 100..<108, 118..<125, 112..<114])
        func reply(_ words: [UInt16]) -> [UInt8] {
            [3, UInt8(2 * words.count)] + words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
        let block = (100..<125).map { UInt16($0) }
        func replies(guardWord: UInt16) -> [UInt8] {
            reply(Array(block[8..<18])) + reply(Array(block[..<8])) + reply(Array(block[18...]))
                + reply([112, guardWord])
        }
        #expect(
            wide.assembly(ofReplies: replies(guardWord: 113)) == .whole(Array(reply(block).dropFirst(2))))
        #expect(wide.data(ofReply: replies(guardWord: 113))?.count == 50)
        #expect(wide.assembly(ofReplies: replies(guardWord: 114)) == .torn)
        #expect(wide.data(ofReply: replies(guardWord: 114)) == nil)
        #expect(wide.assembly(ofReplies: Array(replies(guardWord: 113).dropLast())) == .malformed)
        #expect(wide.assembly(ofReplies: replies(guardWord: 113) + [0]) == .malformed)
        #expect(wide.assembly(ofReplies: []) == .malformed)
    }

    @Test("Bits of the bit tables are read by eights and more, and decoded by address")
    func bits() throws {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: modbus
            source: test
            points:
              - {id: door, ref: 10001, unit: "1"}
              - {id: air, ref: 10002, enum: {0: low, 1: good}}
              - {id: pump, ref: 3, access: read_write, unit: "1"}
            """
        let profile = DeviceProfile.read(
            SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: FaultCollector())
        let map = try #require(profile?.registers)
        let request = try #require(map.readPlan.request(holding: "air"))
        #expect(request.table == .discrete && request.addresses == 0..<2)
        let data = try #require(request.data(ofReply: [0x02, 0x01, 0x02]))
        let readings = request.decode(data)
        #expect(readings.map(\.value) == [.decimal(0), .text("good")])
        #expect(try map.write([("pump", .decimal(1))]) == RegisterWrite(address: 2, content: .coil(true)))
    }

    @Test("Addresses are shown both ways")
    func addresses() throws {
        #expect(AddressText.both(.holding, 0) == "0x0000 (40001)")
        #expect(AddressText.both(.input, 9_998) == "0x270E (39999)")
        #expect(AddressText.both(.holding, 0x4100) == "0x4100 (416641)")
        #expect(AddressText.both(.coil, 0x4100) == "0x4100 (16641)")
        #expect(AddressText.both(.discrete, 65_535) == "0xFFFF (165536)")
    }
}
