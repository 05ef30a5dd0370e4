import Codecs
import Metrology
import Testing

@testable import Profiles

@Suite("Kinds of points")
struct PointKindsTests {
    private func texts(_ points: String, _ hex: String, defaults: String = "{}") throws -> [String: String] {
        let bytes = try #require(Hex.bytes(hex)).count
        let request = try OneRequest.of(points, count: bytes / 2, defaults: defaults)
        return try request.readings(hex).mapValues { reading in
            switch reading.quality {
            case .good: reading.value?.description ?? "nothing"
            case .bad(let defect): defect.rawValue
            }
        }
    }

    @Test("Halves of a register, binary-coded decimals and half-precision floats")
    func shortTypes() throws {
        let points = """
              - {id: high, address: 0, type: uint8, half: high, unit: "1"}
              - {id: low, address: 0, type: int8, half: low, unit: Cel}
              - {id: count, address: 1, type: bcd32, unit: "1"}
              - {id: float, address: 3, type: float16, unit: bar}
            """
        let all = try texts(points, "2AFE 0012 3456 5289")
        // 0x5289 is 52.28 and a bit, whose shortest decimal is 52.28.
        #expect(all == ["high": "42", "low": "-2", "count": "123456", "float": "52.28"])
        #expect(try texts(points, "2AFE 0012 345A 7E00")["count"] == "malformed")
        #expect(try texts(points, "2AFE 0012 345A 7E00")["float"] == "sentinel")
    }

    @Test("A mask of a long word, with words for its codes")
    func longMask() throws {
        let points = """
              - {id: word, address: 0, type: uint32, unit: "1"}
              - {id: mode, address: 0, type: uint32, mask: 0x00F00000, enum: {3: manual, 4: automatic}}
              - {id: alarms, address: 0, type: uint32, mask: 0x0000FFFF, unit: "1"}
            """
        #expect(
            try texts(points, "0040 0101")
                == ["word": "4194561", "mode": "automatic", "alarms": "257"])
        #expect(try texts(points, "0050 0101")["mode"] == "malformed")
    }

    @Test("An array is points that are numbered from 0, one behind the other")
    func array() throws {
        let points = """
              - {id: curve, address: 0, type: float32, length: 3, unit: mm, valid: ["0", "100"]}
              - {id: last, address: 6, type: uint16, unit: "1"}
            """
        let request = try OneRequest.of(points, count: 7)
        #expect(request.points.map(\.id) == ["curve.0", "curve.1", "curve.2", "last"])
        #expect(request.points.map(\.address) == [0, 2, 4, 6])
        #expect(
            try texts(points, "42210000 7FC00000 47F12000 0007")
                == ["curve.0": "40.25", "curve.1": "sentinel", "curve.2": "implausible", "last": "7"])
    }

    @Test("An array of coils takes one address each")
    func coils() throws {
        let (profile, faults) = OneRequest.read(
            "points:\n  - {id: door, table: coil, address: 3, length: 4, unit: \"1\"}")
        #expect(faults.sorted == [])
        let request = try #require(profile?.registers?.readPlan.requests.first)
        #expect(request.addresses == 3..<7)
        #expect(request.decode([0b0101]).map { $0.value?.description } == ["1", "0", "1", "0"])
    }

    @Test("Texts in four layouts")
    func layouts() throws {
        let points = """
              - {id: a, address: 0, type: string, count: 2}
              - {id: b, address: 2, type: string, count: 2, layout: low_first}
              - {id: c, address: 4, type: string, count: 4, layout: low_byte}
              - {id: d, address: 8, type: string, count: 4, layout: high_byte}
            """
        let hex = "4B52414C 524B4C41 004B00520041004C 4B00520041004C00"
        #expect(try texts(points, hex) == ["a": "KRAL", "b": "KRAL", "c": "KRAL", "d": "KRAL"])
        // The order of numbers is not that of characters.
        #expect(try texts(points, hex, defaults: "{byte_order: DCBA}")["a"] == "KRAL")
    }

    @Test("Each number may have its own order, of as many letters as it has bytes")
    func orders() throws {
        let points = """
              - {id: a, address: 0, type: float32, unit: bar}
              - {id: b, address: 2, type: float32, byte_order: ABCD, unit: bar}
              - {id: c, address: 4, type: float64, unit: bar}
              - {id: d, address: 8, type: float64, byte_order: EFGHABCD, unit: bar}
            """
        // 40.25 is 42210000 and 4044200000000000.
        let hex = "00004221 42210000 0000 0000 2000 4044 0000 0000 4044 2000"
        #expect(
            try texts(points, hex, defaults: "{byte_order: CDAB}")
                == ["a": "40.25", "b": "40.25", "c": "40.25", "d": "40.25"])
    }

    @Test("The byte order that the device says, and no value before it has said one")
    func orderOfTheDevice() throws {
        let points = """
              - {id: flow, address: 0, type: float32, byte_order_from: order, unit: kg/h}
              - {id: order, address: 2, type: uint16, enum: {0: DCBA, 1: ABCD, 2: BADC, 3: CDAB}}
            """
        #expect(try texts(points, "0000 4221 0003") == ["flow": "40.25", "order": "CDAB"])
        #expect(try texts(points, "4221 0000 0001")["flow"] == "40.25")
        #expect(try texts(points, "2142 0000 0002")["flow"] == "40.25")
        #expect(try texts(points, "0000 2142 0000")["flow"] == "40.25")
        let unknown = try OneRequest.of(points, count: 3).readings("42210000 0009")
        #expect(
            unknown["flow"]
                == PointReading(
                    point: "flow", value: nil, unit: nil, raw: [0x42, 0x21, 0, 0], quality: .bad(.malformed)))
    }

    @Test("A value counts only where its quality says one of the words")
    func qualityWord() throws {
        let points = """
              - {id: flow, address: 0, type: float32, unit: kg/h, when: {point: quality, is: [good, fixed]}}
              - {id: quality, address: 2, type: uint16, mask: 0x00C0,
                 enum: {0: bad, 1: poor, 2: fixed, 3: good}}
            """
        #expect(try texts(points, "42210000 00C0")["flow"] == "40.25")
        #expect(try texts(points, "42210000 0080")["flow"] == "40.25")
        #expect(try texts(points, "42210000 0040")["flow"] == "flagged")
        #expect(try texts(points, "42210000 0000") == ["flow": "flagged", "quality": "bad"])
    }

    @Test("A quality that says nothing known leaves no value to trust")
    func unknownQuality() throws {
        let points = """
              - {id: flow, address: 0, type: float32, unit: kg/h, when: {point: quality, is: good}}
              - {id: quality, address: 2, type: uint16, enum: {3: good}}
            """
        #expect(try texts(points, "42210000 0003")["flow"] == "40.25")
        #expect(try texts(points, "42210000 0004")["flow"] == "malformed")
    }

    /// Keller Series 30: a channel error is NaN, an overflow infinite, or ±2147483647 and 8 as whole numbers.
    @Test("Devices' own marks for no value, up to the ends of every type")
    func sentinels() throws {
        let points = """
              - {id: a, address: 0, type: float32, unit: bar}
              - {id: b, address: 2, type: int32, unit: mbar, scale: "0.01",
                 sentinel: [2147483647, -2147483648]}
              - {id: c, address: 4, type: uint64, unit: "1", sentinel: [0xFFFFFFFFFFFFFFFF]}
              - {id: d, address: 8, type: bcd16, unit: "1", sentinel: [9999]}
            """
        for float in ["7FC00000", "7F800000", "FF800000"] {
            #expect(
                try texts(points, float + "7FFFFFFF FFFFFFFFFFFFFFFF 9999")
                    == ["a": "sentinel", "b": "sentinel", "c": "sentinel", "d": "sentinel"])
        }
        #expect(
            try texts(points, "42210000 80000000 0000000000000001 9998")
                == ["a": "40.25", "b": "sentinel", "c": "1", "d": "9998"])
        #expect(try texts(points, "42210000 000186A3 0000000000000001 9998")["b"] == "1000.03")
    }

    @Test("What was not confirmed is named once, an array by its own name")
    func unconfirmed() throws {
        let points = """
              - {id: a, address: 0, type: uint16, unit: "1", unconfirmed: true}
              - {id: b, address: 1, type: uint16, unit: "1"}
              - {id: c, address: 2, type: uint16, length: 3, unit: "1", unconfirmed: true}
            """
        _ = try OneRequest.of(
            points,
            warnings: [
                "p.yaml:1:1: 2 registers are unconfirmed: a, c: compare them with the manual or the device, "
                    + "then remove `unconfirmed`"
            ])
    }

    @Test("A decimal address that looks like the older notation is doubted, a hexadecimal one is not")
    func references() throws {
        let (profile, faults) = OneRequest.read(
            """
            points:
              - {id: a, address: 40001, type: uint16, unit: "1"}
              - {id: b, address: 0x9C44, type: uint16, unit: "1"}
              - {id: c, address: 30001, type: uint16, unit: "1"}
              - {id: d, ref: 40001, type: uint16, unit: "1"}
              - {id: e, address: 30005, table: input, type: uint16, unit: "1"}
            """)
        #expect(profile != nil)
        #expect(
            faults.warnings.map(\.description) == [
                "p.yaml:9:22: address 40001 looks like the one-based reference of "
                    + "holding 0: write `ref: 40001` if the manual counts so, "
                    + "or the address in hexadecimal if it does not",
                "p.yaml:11:22: address 30001 looks like the one-based reference of "
                    + "input 0, and the table here is holding: write `ref: 30001` without `table` if the "
                    + "manual counts so, or the address in hexadecimal if it does not",
                "p.yaml:13:22: address 30005 looks like the one-based reference of "
                    + "input 4: write `ref: 30005` if the manual counts so, "
                    + "or the address in hexadecimal if it does not",
            ])
    }

    /// Seen failing with nothing told, and with it told of devices that have a cycle.
    @Test("A point that nothing writes is doubted where nothing but `setup` could")
    func unwritten() throws {
        let points = """
            points:
              - {id: a, address: 0, type: uint16, unit: "1", access: read_write}
              - {id: b, address: 1, type: uint16, unit: "1", access: read_write}
              - {id: seq, address: 2, type: uint16, unit: "1"}
            """
        let setup = "\nsetup:\n  - {point: a, value: \"1\"}\n"
        #expect(
            OneRequest.read(points + setup).1.warnings.map(\.description) == [
                "p.yaml:1:1: 1 point is writable, and nothing writes: b: remove `access`; without `cycle:` "
                    + "only what stands in `setup:` is ever written"
            ])
        // A plan may set any point of a device that it starts.
        #expect(OneRequest.read(points + "\ncycle:\n  complete: {sequence: seq}\n").1.warnings.isEmpty)
    }

    @Test("A hole written as a manual counts from one is doubted, one written from zero is not")
    func holes() throws {
        let (profile, faults) = OneRequest.read(
            """
            holes: [input 30007-30010, input 0x7537-0x753A, 40001, input 40001, 7]
            points:
              - {id: a, address: 0, type: uint16, unit: "1"}
            """)
        #expect(profile != nil)
        #expect(
            faults.warnings.map(\.what) == [
                "hole 30007 looks like the one-based reference of input 6",
                "hole 40001 looks like the one-based reference of holding 0",
            ])
    }
}
