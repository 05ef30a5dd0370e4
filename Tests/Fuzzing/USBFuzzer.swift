import Codecs

/// Damaged key strokes, serial packets and report descriptors of scanners on USB.
enum USBFuzzer {
    /// Report descriptors, damaged: a layout that is taken lies within the reports that it promises.
    static func descriptors(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("descriptor")
        var random = FuzzRandom(seed: seed)
        // Newland FM420, and the boot keyboard of HID 1.11, appendix E.6.
        let samples = [
            "058c0902a101850215002600ff750895010501093b8102058c953809fe82020195048103"
                + "0666ff090495018102058c25017501 09ff810295078103c0",
            "05010906a1010507 19e029e71500250175019508 8102950175088101 95057501050819012905 9102"
                + "950175039101 950675081500256505071900 29658100c0",
        ].compactMap { Hex.bytes($0) }
        for index in 0..<inputs {
            tally.inputs += 1
            var bytes = samples[index % samples.count]
            if random.below(8) > 0 { random.damage(&bytes) }
            // Each interface that is found takes nine bytes of what it is found in.
            if USBDescriptorWalk.settings(in: bytes).count > bytes.count / 9 {
                tally.find("more interfaces than there is room for", bytes, seed: seed)
            }
            guard let descriptor = try? HIDReportDescriptor(bytes) else { continue }
            let longest = descriptor.longestInputReport
            if let layout = try? HIDPOSLayout(descriptor) {
                tally.intact += 1
                if layout.shortestReport > longest || layout.data.upperBound > layout.shortestReport {
                    tally.find("a layout beyond its report", bytes, seed: seed)
                }
            }
            if let layout = try? HIDKeyboardLayout(descriptor) {
                tally.intact += 1
                if layout.shortestReport > longest { tally.find("keys beyond the report", bytes, seed: seed) }
            }
        }
        return tally
    }

    /// Key strokes, damaged: what is read without damage is what was typed, and no mark comes out that does
    /// not survive a keyboard.
    static func keys(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("keyboard")
        var random = FuzzRandom(seed: seed)
        let layouts = KeyboardLayout.Name.allCases.map { KeyboardLayout($0) }
        let texts = ["SA10197", "]d1[)>", "[)>", "4L0014"]
        var readers = layouts.map { HIDKeyboardReader(.boot, keyboard: $0, terminator: .enter) }
        var now: Int64 = 0
        for _ in 0..<inputs {
            tally.inputs += 1
            let text = texts[random.below(texts.count)]
            let isDamaged = random.below(3) > 0
            let choice = isDamaged ? random.below(readers.count) : 0
            // What a damaged scan left behind belongs to it.
            if !isDamaged {
                readers[choice] = HIDKeyboardReader(.boot, keyboard: layouts[0], terminator: .enter)
            }
            var scans: [[UInt8]] = []
            for (modifiers, key) in strokes(text) + [(0, 0x28)] {
                for down in [key, 0] {
                    var report: [UInt8] = [modifiers, 0, down, 0, 0, 0, 0, 0]
                    if isDamaged, random.below(6) == 0 { random.damage(&report) }
                    now += Int64(random.below(isDamaged ? 300_000_000 : 3_000_000))
                    if let scan = try? readers[choice].take(report, at: now) { scans.append(scan.bytes) }
                }
            }
            let isRefused = text.contains("[)>")
            if !isDamaged, scans != (isRefused ? [] : [Array(text.utf8)]) {
                tally.find("typed \(text), read otherwise", scans.first ?? [], seed: seed)
            }
            if !isDamaged { tally.intact += 1 }
            for scan in scans where scan.isEmpty || scan.starts(with: Array("[)>".utf8)) {
                tally.find("a mark that cannot survive", scan, seed: seed)
            }
        }
        return tally
    }

    /// Modifiers and usages on a US keyboard (HID Usage Tables 1.5, section 10).
    private static func strokes(_ text: String) -> [(UInt8, UInt8)] {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): (2, byte - 0x41 + 4)
            case UInt8(ascii: "a")...UInt8(ascii: "z"): (0, byte - 0x61 + 4)
            case UInt8(ascii: "1")...UInt8(ascii: "9"): (0, byte - 0x31 + 0x1E)
            case UInt8(ascii: "0"): (0, 0x27)
            case UInt8(ascii: "["): (0, 0x2F)
            case UInt8(ascii: "]"): (0, 0x30)
            case UInt8(ascii: ")"): (2, 0x27)
            case UInt8(ascii: ">"): (2, 0x37)
            default: (0, 0x2C)
            }
        }
    }

    /// Packets of a serial line, chopped and damaged, with notifications among them: a line of which the
    /// device says that bytes were lost is never whole.
    static func packets(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("cdc")
        var random = FuzzRandom(seed: seed)
        let text = Array("4L0014-163B S SA10197".utf8)
        for _ in 0..<inputs {
            tally.inputs += 1
            var reader = CDCReader(.carriageReturnOrLineFeed)
            var bytes = text + [13]
            let isDamaged = random.below(2) == 0
            if isDamaged { random.damage(&bytes) }
            // Overrun, parity or framing error, or what is none of these.
            var notification: [UInt8] = [0xA1, 0x20, 0, 0, 0, 0, 2, 0, UInt8(random.below(256)), 0]
            if random.below(2) == 0 { random.damage(&notification) }
            let isState = notification.count == 10 && notification[0] == 0xA1 && notification[1] == 0x20
            // Break, framing error, parity error or overrun.
            let isLost = isState && notification[6...7] == [2, 0] && notification[8] & 0x74 != 0
            _ = CDCUnion.dataInterface(random.below(2) == 0 ? bytes : notification)
            _ = reader.note(notification, at: 0)
            var lines: [CDCReader.Line] = []
            for piece in random.pieces(bytes) { lines += reader.take(Array(piece), at: 1) }
            if !isDamaged, !isLost {
                tally.intact += 1
                if lines != [.whole(text)] { tally.find("another line than was sent", bytes, seed: seed) }
            }
            if isLost, case .whole = lines.first { tally.find("a line that lost bytes", bytes, seed: seed) }
            for case .whole(let line) in lines where line.isEmpty || line.contains(13) || line.contains(10) {
                tally.find("an end of a line within it", line, seed: seed)
            }
        }
        return tally
    }
}
