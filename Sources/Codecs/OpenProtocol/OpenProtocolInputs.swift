/// States of digital inputs and relays: MIDs 0211 and 0215.
package enum OpenProtocolInputs {
    /// A relay or an input of an I/O device (specification R2.16, tables 174 and 175).
    package struct Contact: Sendable, Equatable {
        /// What it is for (tables 176 and 177).
        package let function: Int
        /// True only for 1, false only for 0.
        package let isOn: Bool?
    }

    /// One I/O device (MID 0215).
    package struct Device: Sendable, Equatable {
        /// 0 is the controller's own.
        package let number: Int
        package let relays: [Contact]
        package let inputs: [Contact]
    }

    /// MID 0211 (table 172): the eight monitored inputs in order, true only for 1 and false only for 0.
    static func monitored(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> [Bool?] {
        var cursor = OpenProtocolCursor(message)
        var states: [Bool?] = []
        for place in 1...8 {
            states.append([0: false, 1: true][try cursor.number(1, "input \(place)") ?? -1])
        }
        if message.revision == 1 { try cursor.end() }
        return states
    }

    /// MID 0215: eight of each in revision 1, as many as it tells from revision 2.
    static func device(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> Device {
        var cursor = OpenProtocolCursor(message)
        try cursor.parameter(1)
        let number = try cursor.required(2, "the device")
        guard message.revision > 1 else {
            try cursor.parameter(2)
            let relays = try contacts(&cursor, 8)
            try cursor.parameter(3)
            let inputs = try contacts(&cursor, 8)
            try cursor.end()
            return Device(number: number, relays: relays, inputs: inputs)
        }
        try cursor.parameter(2)
        let relayCount = try cursor.itemCount(2, of: 4, "relays")
        try cursor.parameter(3)
        let relays = try contacts(&cursor, relayCount)
        try cursor.parameter(4)
        let inputCount = try cursor.itemCount(2, of: 4, "inputs")
        try cursor.parameter(5)
        let inputs = try contacts(&cursor, inputCount)
        if message.revision == 2 { try cursor.end() }
        return Device(number: number, relays: relays, inputs: inputs)
    }

    private static func contacts(
        _ cursor: inout OpenProtocolCursor, _ count: Int
    ) throws(OpenProtocolError) -> [Contact] {
        var contacts: [Contact] = []
        for _ in 0..<count {
            let function = try cursor.required(3, "a contact's function")
            let state = try cursor.number(1, "a contact's state")
            contacts.append(Contact(function: function, isOn: [0: false, 1: true][state ?? -1]))
        }
        return contacts
    }
}
