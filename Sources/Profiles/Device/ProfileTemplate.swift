/// A profile to fill in, which teaches the format as it goes.
///
/// Lines that begin with `#|` are examples of the optional keys: with the two characters taken away they are
/// right, which a test shows.
package enum ProfileTemplate {
    /// The text for a device of `name`; what is nil stays open and `profile check` points at it.
    package static func text(name: String, manufacturer: String?, model: String?) -> String {
        layout.replacing("{name}", with: ProfileText.scalar(name))
            .replacing("{manufacturer}", with: ProfileText.quoted(manufacturer ?? ProfileText.unknownUnit))
            .replacing("{model}", with: ProfileText.quoted(model ?? ProfileText.unknownUnit))
    }

    private static let layout = """
        # What the registers of one model mean. `plumbline profile check` says, line by line, what is
        # still open ("?") or wrong; docs/profiles.md explains every key; `plumbline probe LINK ADDRESS
        # --expect VALUE` finds type, byte order and scale of a value that the device shows.
        # Lines with #| are examples: take these two characters away and change the rest.
        profile: {name}
        revision: 1                     # counts up with every change
        manufacturer: {manufacturer}
        model: {model}
        protocol: modbus
        source: "?"                     # the manual and its page

        # What most registers have in common. Low word first is CDAB.
        defaults: {table: holding, byte_order: ABCD, poll: 1 s, timeout: 500 ms}

        # How much the device gives and takes at once, where that is less than 125 and 123 registers.
        #|limits: {registers_per_read: 64, registers_per_write: 100}

        # Addresses that the device refuses, counted from 0 as `address` is: never touched.
        #|holes: [0x0400-0x0FFF]

        # Values that must be of one instant: one request is one reply. The rest needs no request.
        #|requests:
        #|  - {id: live, address: 0x0010, count: 10}
        #|  - {id: setup, address: 0x0100, count: 2, read: on_connect}

        points:
          # `address` counts from 0, as on the wire. Where the manual prints 40001 write `ref: 40001`.
          - {id: value_1, address: 0x0000, type: float32, unit: "?"}

          # Tenths of a degree; -32768 means that the sensor is missing; outside of `valid` it is bad.
        #|  - {id: temperature, address: 0x0010, type: int16, scale: "0.1", unit: Cel, sentinel: [-32768],
        #|     valid: ["-40", "150"]}
          # Low word first, rounded to what the device resolves, and only while bit 0 of 0x0018 is 1.
        #|  - {id: flow, address: 0x0012, type: float32, byte_order: CDAB, unit: mL/min,
        #|     resolution: "0.01", when: ready}
        #|  - {id: ready, address: 0x0018, type: bit, bit: 0}
          # Numbered as its manual does: holding register 40.
        #|  - {id: speed, ref: 40041, type: uint16, unit: "{rev}/min"}
          # Words for codes, and four of the 16 bits.
        #|  - {id: state, address: 0x0019, type: uint16, mask: 0x00F0,
        #|     enum: {0: idle, 1: running, else: fault}}
          # A text of eight characters, and a setting that may be written.
        #|  - {id: serial_number, address: 0x0014, type: string, count: 4}
        #|  - {id: set_point, address: 0x0200, type: uint16, unit: bar, access: read_write}
          # Decimals and unit that the keypad sets.
        #|  - {id: total, address: 0x0030, type: int32, scale_from: decimals, unit_from: total_unit,
        #|     kind: volume}
        #|  - {id: decimals, address: 0x0100, type: uint16, valid: ["0", "4"]}
        #|  - {id: total_unit, address: 0x0101, type: uint16, enum: {1: L, 2: m3}}

        # Replies of the device or of its manual, and what they mean: function, byte count, registers.
        #|vectors:
        #|  - {request: {address: 0x0010, count: 1}, reply: "0302 00FB",
        #|     expect: {temperature: "25.1 Cel"}}

        """
}
