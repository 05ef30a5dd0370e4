package import Codecs

extension CapturedFrame {
    /// The frame as the event `frames` carries it.
    package var json: JSONValue {
        [
            "sent": .bool(isSent), "time": .string(String(nanoseconds)), "bytes": .string(Hex.text(bytes)),
            "fault": .optional(fault),
        ]
    }

    /// A frame out of such an event; nil where it is none.
    package init?(_ json: JSONValue) {
        guard let isSent = json["sent"]?.flag, let time = json["time"]?.text.flatMap({ Int64($0) }),
            let bytes = json["bytes"]?.text.flatMap({ Hex.bytes($0) })
        else { return nil }
        self.init(isSent: isSent, nanoseconds: time, bytes: bytes, fault: json["fault"]?.text)
    }
}
