package import Metrology

/// A mark as a scanner read it: bytes, not yet a part.
package struct ScanRead: Sendable, Equatable {
    /// The mark, without what the scanner's line puts around it. Never empty.
    package let bytes: [UInt8]
    /// The AIM identifier (`]d1`) where the scanner sends it apart from the mark.
    package let symbology: String?
    /// When the last byte arrived.
    package let stamp: Stamp
    /// Asset id of the scanner: `SCAN-1`.
    package let device: String

    package init(bytes: [UInt8], symbology: String?, stamp: Stamp, device: String) {
        (self.bytes, self.symbology, self.stamp, self.device) = (bytes, symbology, stamp, device)
    }
}

/// What a scanner's line tells, in order.
package enum ScannerEvent: Sendable, Equatable {
    /// A mark was read.
    case read(ScanRead)
    /// The scanner did send something, and it cannot be used; a person has to scan again. `bytes` are the
    /// mark, where it is whole and too long for the profile.
    case misread(reason: String, bytes: [UInt8] = [])
    /// The scanner sent something beside its marks that makes no sense: no mark is lost or changed by it.
    case leftOut(reason: String)
    /// The scanner could not be told what became of its scan.
    case unanswered(reason: String)
    /// The scanner is there and claimed; `place` says where, and on USB `who` which one it is.
    case connected(place: String, who: USBIdentity? = nil)
    /// What a person should know though the scanner can be used: another one is read than `before`, it moved,
    /// or was re-programmed; or a second one, `who`, was refused beside it, and `before` is nil.
    case noticed(reason: String, who: USBIdentity, before: USBIdentity? = nil)
    /// The scanner was connected and is gone; it is taken back by itself when it returns.
    case unplugged(reason: String)
    /// There is something at the link's address that cannot be used as it is: why, and what to do; `who` is
    /// the device on USB, where it is one.
    case refused(reason: String, who: USBIdentity? = nil)

    /// Why a scan is no mark of which only a part had come when reading was stopped.
    static let stoppedMidScan = "the gateway was stopped in the middle of it"
}
