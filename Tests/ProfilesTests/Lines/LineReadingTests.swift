import Foundation
import Metrology
import Testing

@testable import Profiles

@Suite("Lines of text")
struct LineReadingTests {
    private static let head = """
        profile: p
        revision: 1
        manufacturer: m
        model: m
        protocol: lines
        source: test
        framing: {suffix: "\\r\\n"}
        stream: {silence: 1 s}

        """

    private func profile(_ body: String) throws -> LineProfile {
        let faults = FaultCollector()
        let file = SourceFile(path: "p.yaml", bytes: Array((Self.head + body).utf8))
        let profile = DeviceProfile.read(file, faults: faults)
        #expect(faults.sorted.map(\.description) == [])
        return try #require(profile?.lines)
    }

    private func shown(_ profile: LineProfile, _ line: String, _ point: String = "v") -> String {
        guard let reading = profile.read(Array(line.utf8)).readings.first(where: { $0.point == point }) else {
            return "no reading"
        }
        guard case .bad(let defect) = reading.quality else {
            return "\(reading.value?.description ?? "") \(reading.unit?.code ?? "")"
        }
        return defect.rawValue
    }

    @Test(
        "A number is read as the device writes it, or it is bad",
        arguments: [
            ("", "12.50", "12.50 N.m"), ("", "-0.3", "-0.3 N.m"), ("", "+7", "7 N.m"),
            ("", "00012.50", "12.50 N.m"), ("", ".5", "0.5 N.m"), ("", "1.2.3", "malformed"),
            ("", "12,5", "malformed"), ("", "--5", "malformed"), ("", "5-", "malformed"),
            ("", "1e5", "malformed"), ("", "", "malformed"), ("", ".", "malformed"),
            ("", "123456789012345678901234567890", "malformed"),
            (", decimal: comma", "12,50", "12.50 N.m"), (", decimal: comma", "12.50", "malformed"),
            (", sign: required", "12.5", "malformed"), (", sign: required", "+12.5", "12.5 N.m"),
            (", sign: behind", "12.5-", "-12.5 N.m"), (", sign: behind", "-12.5", "malformed"),
            (", sign: none", "-12.5", "malformed"), (", scale: \"0.01\"", "0215", "2.15 N.m"),
            (", valid: [\"0\", \"10\"]", "10.1", "implausible"),
            (", missing: [\"OL\", \"----\"]", "OL", "sentinel"),
            (", missing: [\"OL\", \"----\"]", "----", "sentinel"),
        ])
    func numbers(_ keys: String, _ line: String, _ expected: String) throws {
        let profile = try profile(
            """
            points:
              - {id: v, type: number, unit: N.m\(keys)}
            lines:
              - {form: "{v}"}
            """)
        #expect(shown(profile, line) == expected)
    }

    @Test(
        "In columns blanks are no digits and a shifted line is bad",
        arguments: [
            ("ST,+  12.5kg", "12.5 kg"), ("ST,-   2.5kg", "-2.5 kg"), ("ST,      7kg", "7 kg"),
            ("ST,+ 12.5kg", "malformed"), ("ST,+   12.5kg", "malformed"), ("ST,+  12.5kg ", "malformed"),
            ("ST,+  1 .5kg", "malformed"), ("ST,       kg", "malformed"), ("ST, OL    kg", "sentinel"),
        ])
    func columns(_ line: String, _ expected: String) throws {
        let profile = try profile(
            """
            points:
              - {id: v, type: number, unit: kg, missing: [OL]}
            lines:
              - {form: "ST,{v:7}kg"}
            """)
        #expect(shown(profile, line) == expected)
    }

    private static let units = """
        points:
          - {id: v, type: number, unit_from: u, kind: torque}
          - {id: u, type: words, words: {Nm: N.m, Nmm: mN.m}}
        lines:
          - {form: "{v}{ }{u}"}
          - {form: "{v}"}
        """

    @Test(
        "A unit word says the unit, the longest that fits; without one the value is bad",
        arguments: [
            ("4.285 Nm", "4.285 N.m"), ("4.285Nmm", "4.285 mN.m"), ("4.285", "malformed"),
            ("4.285 lbfin", "malformed"), ("4.285 nm", "malformed"), ("4.285 Nm ", "malformed"),
        ])
    func unitWords(_ line: String, _ expected: String) throws {
        #expect(shown(try profile(Self.units), line) == expected)
    }

    @Test("A unit that is switched off is the profile's, which check calls an assumption")
    func assumedUnit() throws {
        let text = Self.units.replacingOccurrences(of: "kind: torque", with: "kind: torque, unit: N.m")
        let profile = try profile(text)
        #expect(shown(profile, "4.285") == "4.285 N.m")
        #expect(shown(profile, "4.285 Nmm") == "4.285 mN.m")
        #expect(shown(profile, "4.285 ft") == "malformed")
        #expect(profile.assumptions.map(\.point) == ["v"])
        let faults = FaultCollector()
        let bytes = Array((Self.head + text).utf8)
        _ = DeviceProfile.read(SourceFile(path: "p.yaml", bytes: bytes), faults: faults)
        #expect(
            faults.warnings.map(\.description) == [
                "p.yaml:10:3: lines may say no unit, and the profile assumes one: v in N.m: compare it with "
                    + "what the device is set to"
            ])
    }

    @Test("A column that should hold a unit and holds none is bad, whatever the profile assumes")
    func unreadableUnit() throws {
        let profile = try profile(
            """
            points:
              - {id: v, type: number, unit_from: u, kind: torque, unit: N.m}
              - {id: u, type: words, words: {Nm: N.m}}
            lines:
              - {form: "{v:5}{u:3}"}
            """)
        #expect(shown(profile, "04.20Nm ") == "4.20 N.m")
        #expect(shown(profile, "04.20?? ") == "malformed")
        #expect(shown(profile, "04.20   ") == "malformed")
    }

    @Test("A line that fits two forms is not guessed at")
    func twoForms() throws {
        let profile = try profile(
            """
            points:
              - {id: v, type: number, unit: N}
              - {id: t, type: text}
            lines:
              - {form: "{v} {t}"}
              - {form: "{t} {v}"}
            """)
        #expect(shown(profile, "1 x") == "1 N")
        #expect(shown(profile, "x 1") == "1 N")
        #expect(shown(profile, "1 2") == "malformed")
        guard case .unknown(let why) = profile.read(Array("1 2".utf8)).kind else {
            Issue.record("it was guessed at")
            return
        }
        #expect(why == "it fits {v} {t} as well as {t} {v}")
    }

    @Test("A complaint makes everything bad for its reason, and every reading keeps the whole line")
    func complaints() throws {
        let profile = try profile(
            """
            points:
              - {id: v, type: number, unit: N}
            lines:
              - {form: "{v}"}
              - {form: "ERR{*:2}", bad: flagged, says: "overload"}
              - {form: "#{*}", ignore: true}
            """)
        let overload = profile.read(Array("ERR07".utf8))
        #expect(overload.kind == .complaint("overload") && overload.isDisowned)
        #expect(overload.readings.map(\.quality) == [.bad(.flagged)])
        #expect(overload.readings.map(\.raw) == [Array("ERR07".utf8)])
        #expect(profile.read(Array("#hello".utf8)).kind == .nothing)
        #expect(profile.read(Array("5".utf8)).readings.map(\.raw) == [Array("5".utf8)])
        #expect(shown(profile, "ERR7") == "malformed")
    }

    @Test("Text is printable ASCII or bad")
    func text() throws {
        let profile = try profile(
            """
            points:
              - {id: v, type: text}
            lines:
              - {form: "{{{v}}}"}
            """)
        #expect(shown(profile, "{job 7}") == "job 7 ")
        #expect(shown(profile, "{j\u{1B}[2J}") == "malformed")
        #expect(shown(profile, "{Å}") == "malformed")
    }
}
