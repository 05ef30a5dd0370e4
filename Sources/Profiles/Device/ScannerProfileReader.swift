internal import Codecs

/// Reads what a scanner's profile adds.
///
/// ```yaml
/// protocol: serial
/// framing: {prefix: "", suffix: "\r", idle_gap: 100 ms}
/// longest_mark: 512
/// ```
enum ScannerProfileReader {
    /// Bytes: an IUID mark has some 80, a full PDF417 symbol 1,850 characters (ISO/IEC 15438).
    private static let marks = 1...4_096

    static func hidPOS(_ top: YAMLMapping) -> ScannerProfile? {
        ScannerProfile(
            transport: .hidPOS, longestMark: longestMark(top), rules: .read(top, isTold: false),
            interfaces: interfaces(top))
    }

    static func hidKeyboard(_ top: YAMLMapping) -> ScannerProfile? {
        let layout: KeyboardLayout.Name? = top.required("layout", .choice)
        let terminator: HIDKeyboardReader.Terminator? = top.optional("terminator", .choice)
        let (longest, interfaces) = (longestMark(top), interfaces(top))
        let rules = ScanRules.read(top, isTold: false)
        guard let layout else { return nil }
        return ScannerProfile(
            transport: .hidKeyboard(layout, terminator: terminator ?? .enter), longestMark: longest,
            rules: rules, interfaces: interfaces)
    }

    static func serial(_ top: YAMLMapping) -> ScannerProfile? {
        let (longest, interfaces) = (longestMark(top), interfaces(top))
        let rules = ScanRules.read(top, isTold: true)
        guard let framing = top.mapping("framing", "a framing") else {
            top.faults.fault(top.place, "a serial scanner has no framing", #"add `framing: {suffix: "\r"}`"#)
            return nil
        }
        let result = ScannerProfile.SerialFraming(
            prefix: framing.optional("prefix", .bytes) ?? [],
            suffix: framing.optional("suffix", .bytes) ?? [],
            idleGapMilliseconds: framing.optional("idle_gap", .duration(1...10_000)) ?? 100)
        framing.finish()
        return ScannerProfile(
            transport: .serial(result), longestMark: longest, rules: rules, interfaces: interfaces)
    }

    /// A scanner that is several things at once has a handful of interfaces.
    private static func interfaces(_ top: YAMLMapping) -> [USBInterfaceKind]? {
        top.optional("interfaces", .list(of: .choice, 1...16))
    }

    private static func longestMark(_ top: YAMLMapping) -> Int {
        top.optional("longest_mark", .integer(marks)) ?? 512
    }
}
