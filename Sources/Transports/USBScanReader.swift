internal import Codecs
internal import Metrology

/// Turns what a claimed interface sends into scans, by the scanner's mode.
enum USBScanReader {
    case pos(HIDPOSReader)
    case keyboard(HIDKeyboardReader)
    /// With when bytes came last: a mark that silence ends was read then.
    case serial(CDCReader, lastCame: Stamp?)

    /// Throws `HIDError` where `descriptor`, the interface's report descriptor, is of no scanner in `mode`.
    init(_ mode: USBScannerMode, _ interface: USBInterface, descriptor: [UInt8]) throws(HIDError) {
        switch mode {
        case .hidPOS:
            self = .pos(HIDPOSReader(try HIDPOSLayout(try HIDReportDescriptor(descriptor))))
        case .keyboard(let name, let terminator):
            let isPlain = descriptor.isEmpty && interface.kind == .keyboard
            let layout = isPlain ? .boot : try HIDKeyboardLayout(try HIDReportDescriptor(descriptor))
            let keyboard = KeyboardLayout(name)
            self = .keyboard(HIDKeyboardReader(layout, keyboard: keyboard, terminator: terminator))
        case .serial(let framing, _): self = .serial(CDCReader(framing), lastCame: nil)
        }
    }

    /// Whether a scan has begun of which more is to come.
    var hasBegun: Bool {
        switch self {
        case .pos(let reader): reader.hasBegun
        case .keyboard(let reader): reader.hasBegun
        case .serial(let reader, _): reader.hasBegun
        }
    }

    /// When `take` has to be called again even if nothing comes; nil where only bytes matter.
    var deadline: Int64? {
        guard case .serial(let reader, _) = self else { return nil }
        return reader.deadline
    }

    /// What `bytes`, come until `stamp` from the scanner `device`, tell; none where only time has passed.
    mutating func take(_ bytes: [UInt8], at stamp: Stamp, from device: String) -> [ScannerEvent] {
        let now = stamp.monotonicNanoseconds
        switch self {
        case .pos(var reader):
            guard reader.layout.carriesScan(bytes) else { return [] }
            defer { self = .pos(reader) }
            return Self.event(stamp, device) { () throws(HIDError) in try reader.take(bytes, at: now) }
        case .keyboard(var reader):
            guard reader.layout.carriesKeys(bytes) else { return [] }
            defer { self = .keyboard(reader) }
            return Self.event(stamp, device) { () throws(HIDError) in try reader.take(bytes, at: now) }
        case .serial(var reader, let lastCame):
            let ended = reader.take([], at: now).map { Self.event($0, lastCame ?? stamp, device) }
            let lines = bytes.isEmpty ? [] : reader.take(bytes, at: now)
            self = .serial(reader, lastCame: bytes.isEmpty ? lastCame : stamp)
            return ended + zip(lines, stamp.ofEach(of: lines.count)).map { Self.event($0, $1, device) }
        }
    }

    /// Takes what the control endpoint of a serial line says; returns why it was left out, where it makes no
    /// sense.
    mutating func note(_ notification: [UInt8], at stamp: Stamp) -> String? {
        guard case .serial(var reader, let lastCame) = self else { return nil }
        defer { self = .serial(reader, lastCame: lastCame) }
        return reader.note(notification, at: stamp.monotonicNanoseconds)
    }

    private static func event(_ line: CDCReader.Line, _ stamp: Stamp, _ device: String) -> ScannerEvent {
        switch line {
        case .whole(let mark):
            .read(ScanRead(bytes: mark, symbology: nil, stamp: stamp, device: device))
        case .refused(let reason): .misread(reason: reason)
        }
    }

    private static func event(
        _ stamp: Stamp, _ device: String, _ take: () throws(HIDError) -> HIDPOSReader.Scan?
    ) -> [ScannerEvent] {
        do throws(HIDError) {
            guard let scan = try take() else { return [] }
            return [
                .read(
                    ScanRead(bytes: scan.bytes, symbology: scan.symbology, stamp: stamp, device: device))
            ]
        } catch { return [.misread(reason: error.what)] }
    }
}
