import Testing

@testable import Gateway

/// What comes from outside stays within its line of the log.
@Suite struct EventLogTests {
    @Test(arguments: [
        ("scan\n2026-11-21 error: forged", #"scan\u{a}2026-11-21 error: forged"#),
        ("scan\r<2>forged", #"scan\u{d}<2>forged"#),
        ("\u{1b}[2Jgone", #"\u{1b}[2Jgone"#),
        ("\u{9b}2Jgone", #"\u{9b}2Jgone"#),
        ("a\u{2028}b\u{2029}c", #"a\u{2028}b\u{2029}c"#),
        ("next\u{85}line", #"next\u{85}line"#),
        ("\u{202e}drawkcab\u{2066}x", #"\u{202e}drawkcab\u{2066}x"#),
        ("nul\0tab\tdel\u{7f}", #"nul\u{0}tab\u{9}del\u{7f}"#),
        ("\u{61c}\u{feff}\u{ad}\u{200b}x", #"\u{61c}\u{feff}\u{ad}\u{200b}x"#),
        ("\u{e000}\u{e0041}x", #"\u{e000}\u{e0041}x"#),
        ("mm³ °C – “plain”", "mm³ °C – “plain”"),
    ])
    func aMessageCannotForgeALineOrMoveTheCursor(message: String, expected: String) {
        #expect(EventLog.clean(message) == expected)
    }

    @Test func aMessageIsBounded() {
        #expect(EventLog.clean(String(repeating: "x", count: 100_000)).count == 2_000)
        #expect(EventLog.clean(String(repeating: "\n", count: 100_000)).count == 2_000 * 5)
    }
}
