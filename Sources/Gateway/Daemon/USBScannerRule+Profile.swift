package import Codecs
package import Profiles
package import Transports

extension USBScannerRule {
    /// The rule for the scanner at `address` with this profile. Throws `LineFramingError`.
    package init(_ address: USBDeviceAddress, _ profile: ScannerProfile) throws(LineFramingError) {
        let mode: USBScannerMode
        switch profile.transport {
        case .hidPOS: mode = .hidPOS
        case .hidKeyboard(let layout, let terminator): mode = .keyboard(layout, terminator: terminator)
        case .serial(let framing):
            mode = .serial(try LineFraming(framing, longest: profile.longestMark))
        }
        self.init(
            address: address, mode: mode, interfaces: profile.interfaces, longestMark: profile.longestMark)
    }
}

extension LineFraming {
    /// The framing that a scanner's profile describes.
    init(_ profile: ScannerProfile.SerialFraming, longest: Int) throws(LineFramingError) {
        try self.init(
            prefix: profile.prefix, suffixes: profile.suffix.isEmpty ? [] : [profile.suffix],
            longest: longest,
            idleGapNanoseconds: Int64(profile.idleGapMilliseconds) * 1_000_000)
    }
}
