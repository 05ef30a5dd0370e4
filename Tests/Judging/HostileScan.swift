/// A scan that somebody made up to do harm, or what wear, dirt and wrongly set scanners make of good ones.
package struct HostileScan: Sendable {
    /// What a scan does harm with.
    package enum Kind: String, Sendable, CaseIterable {
        case control, lineEnd, terminal, bidi, encoding, nul, sql, formula, path, topic, script, separator
        case full, truncated, nested, random, damaged, joined
        /// A good mark, so that the others have something to spoil.
        case sound
    }

    package let kind: Kind
    package let bytes: [UInt8]

    /// What is put into marks, before or behind them, or stands alone.
    private static func payloads(_ kind: Kind) -> [[UInt8]] {
        (texts[kind] ?? []).map { Array($0.utf8) } + (raw[kind] ?? [])
    }

    private static let texts: [Kind: [String]] = [
        .control: ["\u{7}", "\u{8}\u{8}\u{8}", "\u{1}", "\u{7F}", "\u{85}", "\t"],
        .lineEnd: [
            "\r\n", "\n", "\r", "\n2026-11-21T09:20:00Z error: forged", "\u{2028}", "\u{2029}", "%0d%0a",
        ],
        .terminal: ["\u{1B}[2J", "\u{1B}]0;x\u{7}", "\u{9B}31m", "\u{1B}[1A\u{1B}[2K"],
        .bidi: [
            "\u{202E}", "\u{2066}", "\u{200F}", "\u{FEFF}", "\u{61C}", "é", "e\u{301}", ",\u{301}",
            "=\u{301}1",
        ],
        .nul: ["\u{0}", "\u{0}\u{0}", "SA10197\u{0}", "%00"],
        .sql: ["'; DROP TABLE part;--", "' OR '1'='1", "\" OR 1=1 --", "'||(SELECT body FROM entry)||'"],
        .formula: ["=1+1", "=cmd|'/C calc'!A0", "+1", "@SUM(A1)", "-2+3", "\t=1", "\u{FF1D}1"],
        .path: ["../../etc/passwd", "..\\..\\x", "/dev/zero", "C:\\x", "%2e%2e%2f"],
        .topic: ["#", "+", "+/#", "plant/+/scan", "$SYS/#"],
        .script: [
            "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "$(reboot)", "`id`", "%s%s%n",
            "\",\"event\":\"cycle.opened\",\"x\":\"", "https://", "://",
        ],
        .separator: [
            "[)>", "[)>\u{1E}", "[)>\u{1E}06\u{1D}SA1\u{1E}\u{04}", "\u{1E}\u{04}", "\u{1D}", "\u{1D}\u{1D}",
            "\u{1E}06\u{1D}SB1", "]d2", "]C1", "]d1", "(01)",
        ],
    ]

    private static let raw: [Kind: [[UInt8]]] = [
        // Overlong forms of / and NUL, half a character, a surrogate, a lead byte alone.
        .encoding: [
            [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xFF],
            [0xFE, 0xFF],
        ],
        .full: [
            [UInt8](repeating: 0x39, count: 7_089), [UInt8](repeating: 0x41, count: 4_296),
            [UInt8](repeating: 0xA5, count: 2_953),
        ],
    ]

    /// A scan of `kind`, made of `sound` marks where it takes one. It may be empty.
    package init(_ kind: Kind, of sound: [[UInt8]], using random: inout some RandomNumberGenerator) {
        self.kind = kind
        let mark = sound.randomElement(using: &random) ?? []
        switch kind {
        case .truncated: bytes = Array(mark.prefix(Int.random(in: 0...mark.count, using: &random)))
        case .nested:
            // An envelope within an envelope.
            bytes = Self.inserted(sound.randomElement(using: &random) ?? [], into: mark, using: &random)
        case .sound: bytes = mark
        case .joined: bytes = mark + (sound.randomElement(using: &random) ?? [])
        case .random:
            let count = Int.random(in: 0...120, using: &random)
            bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        case .damaged:
            var damaged = mark
            for _ in 0...Int.random(in: 0...1, using: &random) where !damaged.isEmpty {
                let place = Int.random(in: 0..<damaged.count, using: &random)
                damaged[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes = damaged
        default:
            let payload = Self.payloads(kind).randomElement(using: &random) ?? []
            let isAlone = Int.random(in: 0..<3, using: &random) == 0
            bytes = isAlone ? payload : Self.inserted(payload, into: mark, using: &random)
        }
    }

    private static func inserted(
        _ payload: [UInt8], into mark: [UInt8], using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var out = mark
        out.insert(contentsOf: payload, at: Int.random(in: 0...mark.count, using: &random))
        return out
    }
}
