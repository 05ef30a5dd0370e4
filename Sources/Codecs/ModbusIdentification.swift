/// How much of its identification a device is asked for (Application Protocol V1.1b3, clause 6.21).
package enum ModbusIdentificationCode: UInt8, Sendable, CaseIterable {
    /// Vendor name, product code, revision: objects 0 to 2.
    case basic = 1
    /// Objects 0 to 6, those of `basic` included.
    case regular = 2
    /// All objects, the vendor's own from 0x80 on included.
    case extended = 3
    /// One object.
    case single = 4
}

/// One item of a device's identification.
package struct ModbusIdentificationObject: Sendable, Hashable {
    /// 0 vendor, 1 product code, 2 revision, 3 URL, 4 product name, 5 model, 6 application; 0x80 on: private.
    package let id: UInt8
    /// What the device sent; at most 244 bytes, and nothing says that they can be read.
    package let value: [UInt8]

    package init(id: UInt8, value: [UInt8]) { (self.id, self.value) = (id, value) }

    /// The value for people: printable ASCII without blanks and NULs at its end, every other byte as `\xNN`,
    /// so that no two values look alike and none can forge a line of a log.
    package var text: String {
        var bytes = value[...]
        while let last = bytes.last, last == 0 || last == UInt8(ascii: " ") { bytes.removeLast() }
        return bytes.reduce(into: "") { text, byte in
            // Printable ASCII: ISO/IEC 646, 2/0 to 7/14; the backslash is what the others are told apart by.
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "\\") {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "\\x\(Hex.text([byte]))"
            }
        }
    }
}

/// One reply to a request for identification. A long identification comes in several.
package struct ModbusIdentificationReply: Sendable, Equatable {
    /// The MEI type behind function 43 that reads identification.
    static let interfaceType: UInt8 = 0x0E
    /// Function, MEI type, read code, conformity, more follows, next object, number of objects.
    static let headerBytes = 7

    package let code: ModbusIdentificationCode
    /// 1 to 3: basic, regular, extended, by stream only; with the highest bit also object by object. As sent.
    package let conformity: UInt8
    /// The object to go on with; nil where this is the last reply.
    package let next: UInt8?
    /// In the order in which they were sent.
    package let objects: [ModbusIdentificationObject]

    /// The reply that `pdu` is, all of it.
    ///
    /// Throws `ModbusError` of kind `mismatch` for another function or MEI type, a read code or a sign of
    /// more that is not defined, and objects that do not end where the PDU ends.
    package init(_ pdu: [UInt8]) throws(ModbusError) {
        guard pdu.count >= Self.headerBytes, pdu[0] == ModbusFunction.encapsulatedInterface.rawValue,
            pdu[1] == Self.interfaceType, let code = ModbusIdentificationCode(rawValue: pdu[2])
        else { throw ModbusError(.mismatch, "the reply is no device identification", raw: pdu) }
        guard pdu[4] == 0x00 || pdu[4] == 0xFF else {
            throw ModbusError(.mismatch, "more follows is \(pdu[4]), where 0 or 255 stands", raw: pdu)
        }
        (self.code, conformity, next) = (code, pdu[3], pdu[4] == 0 ? nil : pdu[5])
        objects = try Self.objects(pdu)
    }

    private static func objects(_ pdu: [UInt8]) throws(ModbusError) -> [ModbusIdentificationObject] {
        var objects: [ModbusIdentificationObject] = []
        var start = headerBytes
        while objects.count < Int(pdu[6]) {
            guard start + 2 <= pdu.count, start + 2 + Int(pdu[start + 1]) <= pdu.count else {
                throw ModbusError(
                    .mismatch, "the reply ends within object \(objects.count + 1) of \(pdu[6])", raw: pdu)
            }
            let end = start + 2 + Int(pdu[start + 1])
            objects.append(ModbusIdentificationObject(id: pdu[start], value: Array(pdu[(start + 2)..<end])))
            start = end
        }
        guard start == pdu.count else {
            throw ModbusError(
                .mismatch, "\(pdu.count - start) bytes stand behind the last of \(pdu[6]) objects", raw: pdu)
        }
        return objects
    }
}

/// Collects an identification over as many replies as it takes.
///
/// Whatever a device sends, this ends: each further reply must go on behind the last object that came, and
/// `mostReplies` bounds them all.
package struct ModbusIdentificationReading: Sendable, Equatable {
    /// All 128 private objects and the seven others fit into 16 replies even at 30 characters each.
    package static let mostReplies = 16

    private let code: ModbusIdentificationCode
    private var nextObject: UInt8? = 0
    private var replies = 0
    /// What has come so far, each object once, in order.
    package private(set) var objects: [ModbusIdentificationObject] = []
    /// Why the rest was not asked for, where the device did not go on; nil while all is well.
    package private(set) var cutShort: String?

    /// Precondition: not `single`, of which there is never more.
    package init(_ code: ModbusIdentificationCode) { self.code = code }

    /// What is to be asked next; nil where all has come, or nothing more can be had.
    package var request: ModbusRequest? {
        nextObject.map { .readDeviceIdentification(code, object: $0) }
    }

    /// Takes the reply to `request`; throws `ModbusError` where it is none.
    package mutating func take(_ pdu: [UInt8]) throws(ModbusError) {
        let reply = try ModbusIdentificationReply(pdu)
        guard let asked = nextObject, reply.code == code else {
            throw ModbusError(.mismatch, "the reply is to another request", raw: pdu)
        }
        replies += 1
        var floor = Int(asked)
        for object in reply.objects where Int(object.id) >= floor {
            objects.append(object)
            floor = Int(object.id) + 1
        }
        nextObject = nil
        guard let next = reply.next else { return }
        if floor == Int(asked) || Int(next) < floor {
            cutShort = "the device says that more follows, and begins again"
        } else if replies == Self.mostReplies {
            cutShort = "more follows after \(replies) replies"
        } else {
            nextObject = next
        }
    }

    /// The value of object `id` for people; nil where it did not come or is empty.
    package func text(_ id: UInt8) -> String? {
        guard let text = objects.first(where: { $0.id == id })?.text, !text.isEmpty else { return nil }
        return text
    }
}
