import Codecs
import Foundation
import Testing

/// Scans that must not count: one sentence on the page, one audit entry with the bytes, and nothing armed.
@Suite struct BadInputScanTests {
    /// One scan that is refused.
    private struct Refused {
        /// As typed for the scanner, escapes as `\x1d`.
        let scan: String
        let code: String
        let sentence: String
        /// Hex of what is kept; nil for the scan's own bytes.
        var kept: String?
    }

    private static let beforeSigningIn = [
        Refused(
            scan: Shop.mark("SA10400"), code: "no_badge", sentence: "Scan your badge first, then the part."),
        Refused(
            scan: "OP:000000", code: "unknown_badge",
            sentence: "This badge is not on the list of operators. Ask your supervisor."),
    ]

    private static let whileReady = [
        Refused(scan: "\\xff\\xfe!", code: "bad_mark", sentence: "This mark cannot be read: byte ff"),
        Refused(
            scan: "SA\\x07\\x1b[2J10400", code: "bad_mark", sentence: "This mark cannot be read: byte 07"),
        Refused(
            scan: "[)>\\x1e06\\x1d17V98897\\x1d1P4L0014-163B\\x1dSSA10400", code: "bad_mark",
            sentence: "This mark cannot be read:"),
        Refused(scan: "https://example.org/SA10400", code: "bad_mark", sentence: "a web address"),
        Refused(
            scan: "[)>\\x1e06\\x1d17V98897\\x1d1P4L9999-000X\\x1dSSA10400\\x1e\\x04", code: "unknown_part",
            sentence: "Part number 4L9999-000X is not inspected at this station."),
        Refused(
            scan: "ZZ-1", code: "unknown_part",
            sentence: "ZZ-1 names no part number, and no serial pattern of the plan fits it."),
        Refused(
            scan: "SA1", code: "unknown_part",
            sentence: "SA1 names no part number, and no serial pattern of the plan fits it."),
        Refused(
            scan: "OP:5F1C9A2", code: "unknown_badge",
            sentence: "This badge is not on the list of operators"),
    ]

    private static let inMidCycle = [
        Refused(
            scan: Shop.mark("SA10402"), code: "cycle_running",
            sentence: "SA10401 is still being inspected. SA10402 was not taken.")
    ]

    /// Once the right part was scanned again, which goes on with it.
    private static let onceMore = [
        Refused(
            scan: Shop.badge, code: "cycle_running",
            sentence: "Finish this part first, then scan another badge."
        ),
        Refused(
            scan: Shop.mark("SA10401"), code: "cycle_running",
            sentence: "SA10401 is already being inspected. Carry on."),
        Refused(scan: "\\x07", code: "bad_mark", sentence: "This mark cannot be read"),
    ]

    @Test func whatMayNotCountIsRefusedInWordsKeptAndArmsNothing() async throws {
        let shop = try Shop(technician: false)
        try await shop.startSimulator()
        try await shop.startGateway()
        for refused in Self.beforeSigningIn {
            try await expect(refused, at: shop) { $0["state"] == "signin" }
        }
        try await shop.signIn()
        for refused in Self.whileReady {
            try await expect(refused, at: shop) { $0["state"] == "ready" && $0["part"] == .null }
        }
        #expect(try await shop.audit("cycle.opened").isEmpty)

        try await shop.bring("SA10401")
        #expect(try shop.station()["refusal"] == .null)
        let isUnderWay = { (station: JSONValue) in
            station["part"]?["serial"] == "SA10401" && station["step"]?["index"] == 1
                && station["operator"] == "1042"
        }
        for refused in Self.inMidCycle {
            try await expect(refused, at: shop) { isUnderWay($0) && $0["state"] == "blocked" }
        }
        try shop.scan(Shop.mark("SA10401"))
        try await shop.expectStation("the tool may go on") { isUnderWay($0) && $0["state"] == "acting" }
        for refused in Self.onceMore {
            try await expect(refused, at: shop) { isUnderWay($0) && $0["state"] == "acting" }
        }
        #expect(try await shop.audit("cycle.opened").count == 1)

        let kept = try await shop.audit("scan.refused")
        let all = Self.beforeSigningIn + Self.whileReady + Self.inMidCycle + Self.onceMore
        #expect(kept.map { $0["code"]?.text } == all.map(\.code))
        #expect(kept.map { $0["raw"]?.text } == all.map { $0.kept ?? Hex.text(Self.bytes($0.scan)) })
        #expect(shop.gatewayLog.allSatisfy { !$0.isASCII || $0.isNewline || $0.asciiValue ?? 0 >= 0x20 })
    }

    private func expect(
        _ refused: Refused, at shop: Shop, and condition: (JSONValue) -> Bool
    ) async throws {
        let before = try shop.station()["refusal"]?["at"]
        try shop.scan(refused.scan)
        try await shop.expectStation("\(refused.scan) is refused: \(refused.sentence)") { station in
            let refusal = station["refusal"]
            return refusal?["at"] != before && refusal?["code"]?.text == refused.code
                && refusal?["text"]?.text?.contains(refused.sentence) == true && condition(station)
        }
    }

    /// The bytes that the scanner sends for `text`: `\xHH` is one byte.
    private static func bytes(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") else {
                out.append(byte)
                continue
            }
            out += Hex.bytes(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)) ?? []
            rest = rest.dropFirst(3)
        }
        return out
    }
}
