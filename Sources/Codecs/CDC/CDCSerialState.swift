/// What a USB serial device says of its line (USB CDC PSTN 1.2, section 6.5.4: SERIAL_STATE).
package struct CDCSerialState: Sendable, Equatable {
    /// The device or its line lost or damaged bytes; what is on its way cannot be trusted.
    package let hasFramingError: Bool
    package let hasParityError: Bool
    package let hasOverrun: Bool
    /// The other end holds the line in a break.
    package let hasBreak: Bool

    /// What was lost, in words; nil where nothing was.
    package var damage: String? {
        let words = [
            hasFramingError ? "framing error" : nil, hasParityError ? "parity error" : nil,
            hasOverrun ? "overrun" : nil, hasBreak ? "break" : nil,
        ].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// The state that the first byte of the bitmap tells; the second is reserved.
    init(bits: UInt8) {
        hasBreak = bits & 0x04 != 0
        hasFramingError = bits & 0x10 != 0
        hasParityError = bits & 0x20 != 0
        hasOverrun = bits & 0x40 != 0
    }
}

/// Which interface carries the data of a USB serial device.
package enum CDCUnion {
    /// The data interface that the union descriptor (USB CDC 1.2, section 5.2.3.2) among `extra`, the
    /// descriptors behind the control interface's own, names; nil where there is none.
    package static func dataInterface(_ extra: [UInt8]) -> UInt8? {
        var rest = extra[...]
        while let length = rest.first.map(Int.init), length >= 2, length <= rest.count {
            let descriptor = Array(rest.prefix(length))
            if length >= 5, descriptor[1] == 0x24, descriptor[2] == 0x06 { return descriptor[4] }
            rest = rest.dropFirst(length)
        }
        return nil
    }
}
