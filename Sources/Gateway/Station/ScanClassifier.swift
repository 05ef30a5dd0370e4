import Codecs
import Inspection
import Profiles
import Transports

/// Decides what a scan is: a badge, a part of this station's plan, or nothing that may count.
struct ScanClassifier {
    let station: InspectionStation
    let roster: OperatorRoster?
    var codes: CodeSet?

    /// What a scan turned out to be.
    enum Scan: Equatable {
        case badge(inspector: String, bytes: [UInt8])
        case part(PartIdentity)
        case code(ActionCode, bytes: [UInt8])
        case refused(CycleMachine.Refusal.Code, text: String, bytes: [UInt8])
    }

    func classify(_ read: ScanRead) -> Scan {
        let text = Self.text(read)
        if let text, CodeSet.isCode(text) { return code(text, read) }
        if let roster, let text, roster.isBadge(text) {
            guard let inspector = roster.operatorID(badge: text) else {
                return .refused(.unknownBadge, text: StationWords.unknownBadge, bytes: read.bytes)
            }
            return .badge(inspector: inspector, bytes: read.bytes)
        }
        if let maker = ScannerSetting.maker(of: read.bytes) {
            return .refused(
                .configurationCode, text: StationWords.scannerSetting(maker), bytes: read.bytes)
        }
        do {
            return part(try PartMark.parse(read.bytes, symbology: read.symbology), read)
        } catch {
            return .refused(
                .badMark, text: "\(StationWords.unreadableMark): \(error.what).", bytes: read.bytes)
        }
    }

    /// What a text with the form of a code is here: nothing but a code of the set in use counts.
    private func code(_ text: String, _ read: ScanRead) -> Scan {
        guard let codes else {
            return .refused(.unknownCode, text: StationWords.noCodeSet, bytes: read.bytes)
        }
        switch codes.meaning(of: text) {
        case .action(let action): return .code(action, bytes: read.bytes)
        case .badge(let id) where roster?.operators.contains { $0.id == id } ?? true:
            return .badge(inspector: id, bytes: read.bytes)
        case .badge: return .refused(.unknownBadge, text: StationWords.unknownBadge, bytes: read.bytes)
        case nil:
            let text = StationWords.foreignCode(codes.name, codes.revision)
            return .refused(.unknownCode, text: text, bytes: read.bytes)
        }
    }

    /// The scan as text, without the AIM identifier that a scanner may put before it; nil where it is none.
    private static func text(_ read: ScanRead) -> String? {
        let isMarked = read.symbology == nil && AIMIdentifier(read.bytes.prefix(3)) != nil
        return String(validating: read.bytes.dropFirst(isMarked ? 3 : 0), as: UTF8.self)
    }

    private func part(_ mark: PartMark, _ read: ScanRead) -> Scan {
        guard let serial = mark.serial else {
            return .refused(.unknownPart, text: StationWords.partPage, bytes: read.bytes)
        }
        let meaning = meaning(of: serial)
        if mark.format == .plain, let text = StationWords.notAPart(meaning, serial) {
            return .refused(.unknownPart, text: text, bytes: read.bytes)
        }
        let numbers = mark.partNumber.map { [$0] } ?? numbers(ofSerial: serial, meaning)
        guard let number = numbers.first else {
            return .refused(.unknownPart, text: StationWords.unknownSerial(serial), bytes: read.bytes)
        }
        guard numbers.count == 1 else {
            return .refused(
                .unknownPart, text: StationWords.ambiguousSerial(serial, numbers), bytes: read.bytes)
        }
        return .part(
            PartIdentity(
                serial: serial, number: number, uii: mark.uii, lot: mark.lot, rawMark: read.bytes,
                symbology: mark.symbology))
    }

    /// What the plan takes a code of one word for, or the part table where the plan has no word for it.
    private func meaning(of code: String) -> PlainCode? {
        station.plan.plainCodes.meaning(of: code)
            ?? (station.parts?.isTrimCode(code) == true ? .trimCode : nil)
    }

    /// The part numbers that a serial alone may stand for, by the plan's patterns and the part table's.
    private func numbers(ofSerial serial: String, _ meaning: PlainCode?) -> [String] {
        let planned = meaning?.partNumber.map { [$0] } ?? []
        return planned + (station.parts?.numbers(ofSerial: serial) ?? []).filter { !planned.contains($0) }
    }
}

extension PlainCode {
    /// Nil for a code that is no serial number.
    fileprivate var partNumber: String? {
        guard case .serial(let number) = self else { return nil }
        return number
    }
}
