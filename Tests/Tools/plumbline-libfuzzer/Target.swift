internal import Glibc

/// What libFuzzer calls with each input: one reader of bytes from outside, which PLUMBLINE_FUZZ_TARGET names.
///
/// A reader that traps ends the process; what must not be read ends it too. `Scripts/libfuzzer` compiles this
/// together with the sources of Codecs, so that every branch of theirs counts as coverage.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target.read(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// Read once: the environment does not change during a run.
private let target =
    getenv("PLUMBLINE_FUZZ_TARGET").flatMap { FuzzTarget(rawValue: String(cString: $0)) } ?? .all

/// The readers that can be fuzzed one by one; their names are those of the folders of corpora.
private enum FuzzTarget: String {
    case descriptor
    case pos
    case keyboard
    case cdc
    case line
    case iso15434
    case gs1
    case openProtocol = "open-protocol"
    /// Every reader with every input.
    case all

    func read(_ bytes: [UInt8]) {
        switch self {
        case .descriptor: descriptor(bytes)
        case .pos: pos(bytes)
        case .keyboard: keyboard(bytes)
        case .cdc: cdc(bytes)
        case .line: line(bytes)
        case .iso15434: iso15434(bytes)
        case .gs1: gs1(bytes)
        case .openProtocol: OpenProtocolTarget.read(bytes)
        case .all:
            let readers: [Self] = [.descriptor, .pos, .keyboard, .cdc, .line, .iso15434, .gs1, .openProtocol]
            for reader in readers { reader.read(bytes) }
        }
    }

    private func descriptor(_ bytes: [UInt8]) {
        guard let descriptor = try? HIDReportDescriptor(bytes) else { return }
        precondition(descriptor.longestInputReport <= HIDReportDescriptor.longestReportBits / 8 + 1)
        if let layout = try? HIDPOSLayout(descriptor) {
            var reader = HIDPOSReader(layout)
            _ = try? reader.take([UInt8](repeating: 0xFF, count: layout.shortestReport), at: 0)
        }
        if let layout = try? HIDKeyboardLayout(descriptor) {
            precondition(layout.keys.upperBound <= layout.shortestReport)
        }
        _ = CDCUnion.dataInterface(bytes)
    }

    /// Reports of 64 bytes, one after the other, by the layout of an Access-IS LSR118.
    private func pos(_ bytes: [UInt8]) {
        guard let layout = FuzzTarget.posLayout else { return }
        var reader = HIDPOSReader(layout)
        for (index, report) in pieces(bytes, 64).enumerated() {
            guard let scan = try? reader.take([2] + report.dropFirst(), at: Int64(index)) else { continue }
            precondition(!scan.bytes.isEmpty && scan.bytes.count <= HIDPOSReader.longestScan)
        }
    }

    /// Boot reports, the first byte of all of them choosing the layout.
    private func keyboard(_ bytes: [UInt8]) {
        let names = KeyboardLayout.Name.allCases
        let name = names[Int(bytes.first ?? 0) % names.count]
        let layout = FuzzTarget.keyboards[name] ?? KeyboardLayout(name)
        var reader = HIDKeyboardReader(.boot, keyboard: layout, terminator: .enter)
        for (index, report) in pieces(Array(bytes.dropFirst()), 8).enumerated() {
            guard let scan = try? reader.take(report, at: Int64(index)) else { continue }
            precondition(!scan.bytes.isEmpty && !scan.bytes.starts(with: Array("[)>".utf8)))
        }
    }

    /// A packet behind each length; a length with its high bit set is a notification's.
    private func cdc(_ bytes: [UInt8]) {
        var reader = CDCReader(.carriageReturnOrLineFeed)
        var (rest, now): (ArraySlice<UInt8>, Int64) = (bytes[...], 0)
        while let head = rest.popFirst() {
            let packet = Array(rest.prefix(Int(head & 0x3F)))
            rest = rest.dropFirst(packet.count)
            now += head & 0x40 == 0 ? 1_000 : 3_000_000_000
            if head & 0x80 != 0 {
                _ = reader.note(packet, at: now)
                continue
            }
            for case .whole(let line) in reader.take(packet, at: now) {
                precondition(!line.isEmpty && !line.contains(13) && !line.contains(10))
            }
        }
    }

    private func line(_ bytes: [UInt8]) {
        let framing = try? LineFraming(
            prefix: [2], suffixes: [[13, 10], [3]], longest: 64, idleGapNanoseconds: 1_000)
        guard let framing else { return }
        var framer = LineFramer(framing)
        for (index, piece) in pieces(bytes, 16).enumerated() {
            for case .whole(let line) in framer.take(piece, at: Int64(index) * 400) {
                precondition((1...64).contains(line.count))
            }
        }
    }

    /// What follows the head of an envelope.
    private func iso15434(_ bytes: [UInt8]) { mark(Array("[)>\u{1E}".utf8) + bytes, symbology: nil) }

    /// An element string, and the path of a GS1 Digital Link.
    private func gs1(_ bytes: [UInt8]) {
        mark(bytes, symbology: "]d2")
        mark(Array("https://example.com/".utf8) + bytes, symbology: "]Q1")
    }

    private func mark(_ bytes: [UInt8], symbology: String?) {
        do throws(MarkError) {
            let mark = try PartMark.parse(bytes, symbology: symbology)
            precondition(mark.serial != nil || mark.partID != nil)
            // MIL-STD-130N, table A-II: a UII has at most 50 characters.
            precondition((mark.uii?.utf8.count ?? 0) <= 50)
        } catch { precondition((0...bytes.count).contains(error.offset)) }
    }

    private func pieces(_ bytes: [UInt8], _ length: Int) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: length).map {
            Array(bytes[$0..<min(bytes.count, $0 + length)])
        }
    }

    private static let keyboards = Dictionary(
        uniqueKeysWithValues: KeyboardLayout.Name.allCases.map { ($0, KeyboardLayout($0)) })

    private static let posLayout: HIDPOSLayout? = {
        let text =
            "058c0902a1010912a1028502150026ff00750895010501093b81029503058c09fb09fc09fd8102953809fe"
            + "8202010666ff0904950181028103058c2501750109ff810295078103c0c0"
        guard let descriptor = Hex.bytes(text).flatMap({ try? HIDReportDescriptor($0) }) else { return nil }
        return try? HIDPOSLayout(descriptor)
    }()
}
