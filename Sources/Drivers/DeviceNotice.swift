package import Codecs
package import Inspection
package import Metrology

/// Something that a device told, or that shows in what it told, and that belongs into the ledger though no
/// part depends on it.
///
/// Whoever enters it bounds how often: a device may say any number of them.
package struct DeviceNotice: Sendable, Equatable {
    package let event: AuditEvent
    /// What happened, in a sentence without the device's id.
    package let text: String
    /// What else the entry holds.
    package let members: [String: JSONValue]

    package init(_ event: AuditEvent, _ text: String, _ members: [String: JSONValue] = [:]) {
        (self.event, self.text, self.members) = (event, text, members)
    }
}

/// An alarm that a device shows.
package struct DeviceAlarm: Sendable, Equatable, CustomStringConvertible {
    /// As the device names it: `E404`; empty where it does not.
    package let code: String
    /// The device's own words; nil where it has none.
    package let text: String?

    package init(code: String, text: String?) { (self.code, self.text) = (code, text) }

    /// `alarm E404: tool overheated`, as far as it is known.
    package var description: String {
        [code.isEmpty ? "an alarm" : "alarm \(code)", text].compactMap(\.self).joined(separator: ": ")
    }
}

/// What a device's own scanner read.
package struct DeviceScan: Sendable, Equatable {
    /// By which the device is told that it was taken.
    package let number: Int
    /// As the device told it, without what its protocol puts around it.
    package let bytes: [UInt8]
    /// Why it is no mark; nil where it may be one.
    package let fault: String?
    package let stamp: Stamp

    package init(number: Int, bytes: [UInt8], fault: String?, stamp: Stamp) {
        (self.number, self.bytes, self.fault, self.stamp) = (number, bytes, fault, stamp)
    }
}
