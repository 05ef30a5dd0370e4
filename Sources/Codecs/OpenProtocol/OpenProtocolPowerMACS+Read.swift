extension OpenProtocolPowerMACS.Head {
    fileprivate init(_ cursor: inout OpenProtocolCursor) throws(OpenProtocolError) {
        try cursor.parameter(1)
        messages = try cursor.required(2, "the number of messages")
        try cursor.parameter(2)
        message = try cursor.required(2, "the number of this message")
        try cursor.parameter(3)
        dataNumber = try cursor.required(10, "the data number")
        try cursor.parameter(4)
        station = try cursor.number(2, "the station")
    }
}

extension OpenProtocolPowerMACS.Station {
    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        var cursor = OpenProtocolCursor(message)
        guard message.mid == 106 else { throw cursor.digits.fault(5, "no message 0106") }
        head = try OpenProtocolPowerMACS.Head(&cursor)
        try cursor.parameter(5)
        name = try cursor.text(20, "the station's name")
        try cursor.parameter(6)
        time = try cursor.time("the time")
        try cursor.parameter(7)
        mode = try cursor.number(2, "the mode")
        try cursor.parameter(8)
        modeName = try cursor.text(20, "the mode's name")
        try cursor.parameter(9)
        isOK = [0: false, 1: true][try cursor.number(1, "the simple status") ?? -1]
        try cursor.parameter(10)
        status = try cursor.number(1, "the status")
        try cursor.parameter(11)
        identifier = try cursor.text(40, "the part")
        try cursor.parameter(12)
        // Ten parameters: 47 bytes of values, 20 of ids (table 152).
        let count = try cursor.itemCount(2, of: 67, "bolts")
        var bolts: [OpenProtocolPowerMACS.Bolt] = []
        for _ in 0..<count { bolts.append(try OpenProtocolPowerMACS.Bolt(&cursor)) }
        self.bolts = bolts
        try cursor.parameter(23)
        variables = try OpenProtocolPowerMACS.special(&cursor, hasStep: false)
        systemSubtype = try OpenProtocolPowerMACS.subtype(&cursor, parameter: 24)
    }
}

extension OpenProtocolPowerMACS.Bolt {
    fileprivate init(_ cursor: inout OpenProtocolCursor) throws(OpenProtocolError) {
        try cursor.parameter(13)
        number = try cursor.number(2, "the bolt")
        try cursor.parameter(14)
        isOK = [0: false, 1: true][try cursor.number(1, "the bolt's status") ?? -1]
        try cursor.parameter(15)
        torqueStatus = OpenProtocolTightening.Status(try cursor.number(1, "the torque status"))
        try cursor.parameter(16)
        angleStatus = OpenProtocolTightening.Status(try cursor.number(1, "the angle status"))
        var values: [OpenProtocolDecimal?] = []
        for id in 17...22 {
            try cursor.parameter(id)
            values.append(try cursor.decimal(7, "parameter \(id)"))
        }
        (torque, angle) = (values[0], values[1])
        (torqueHigh, torqueLow, angleHigh, angleLow) = (values[2], values[3], values[4], values[5])
    }
}

extension OpenProtocolPowerMACS.BoltReport {
    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says.
    ///
    /// Table 154 prints the time as bytes 47 to 55, too few for its 19; the parameter ids after it, and the
    /// public tests of OpenProtocolInterpreter, have it whole.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        var cursor = OpenProtocolCursor(message)
        guard message.mid == 107 else { throw cursor.digits.fault(5, "no message 0107") }
        head = try OpenProtocolPowerMACS.Head(&cursor)
        try cursor.parameter(5)
        time = try cursor.time("the time")
        try cursor.parameter(6)
        number = try cursor.number(4, "the bolt")
        try cursor.parameter(7)
        name = try cursor.text(20, "the bolt's name")
        try cursor.parameter(8)
        program = try cursor.text(20, "the program's name")
        try cursor.parameter(9)
        status = try cursor.number(1, "the status")
        try cursor.parameter(10)
        errors = try cursor.text(50, "the errors")
        try cursor.parameter(11)
        customerError = try cursor.text(4, "the customer's error")
        try cursor.parameter(12)
        let count = try cursor.itemCount(2, of: 29, "results")
        results = try OpenProtocolPowerMACS.results(&cursor, count, hasStep: false)
        try cursor.parameter(13)
        let stepCount = try cursor.itemCount(3, of: 31, "results of steps")
        try cursor.parameter(14)
        hasAllSteps = [0: false, 1: true][try cursor.number(1, "whether all steps are there") ?? -1]
        stepResults = try OpenProtocolPowerMACS.results(&cursor, stepCount, hasStep: true)
        try cursor.parameter(15)
        variables = try OpenProtocolPowerMACS.special(&cursor, hasStep: true)
        systemSubtype = try OpenProtocolPowerMACS.subtype(&cursor, parameter: 16)
    }
}

extension OpenProtocolPowerMACS {
    /// Values of seven characters: 20 of name, 2 of type, 7 of value, 2 of step.
    fileprivate static func results(
        _ cursor: inout OpenProtocolCursor, _ count: Int, hasStep: Bool
    ) throws(OpenProtocolError) -> [Variable] {
        var variables: [Variable] = []
        for _ in 0..<count {
            let name = try cursor.text(20, "a result's name")
            let type = try cursor.text(2, "a result's type")
            let text = try cursor.text(7, "a result")
            let step = hasStep ? try cursor.number(2, "a result's step") : nil
            variables.append(Variable(name: name, type: type, text: text, step: step))
        }
        return variables
    }

    /// Values that say how long they are.
    fileprivate static func special(
        _ cursor: inout OpenProtocolCursor, hasStep: Bool
    ) throws(OpenProtocolError) -> [Variable] {
        let count = try cursor.itemCount(2, of: 24, "special values")
        var variables: [Variable] = []
        for _ in 0..<count {
            let name = try cursor.text(20, "a special value's name")
            let type = try cursor.text(2, "a special value's type")
            let length = try cursor.required(2, "a special value's length")
            let text = try cursor.text(length, "a special value")
            let step = hasStep ? try cursor.number(2, "a special value's step") : nil
            variables.append(Variable(name: name, type: type, text: text, step: step))
        }
        return variables
    }

    /// The system subtype that ends revision 4; throws where something follows that is not known.
    fileprivate static func subtype(
        _ cursor: inout OpenProtocolCursor, parameter: Int
    ) throws(OpenProtocolError) -> Int? {
        let revision = cursor.digits.message.revision
        var subtype: Int?
        if revision >= 4 {
            try cursor.parameter(parameter)
            subtype = try cursor.number(3, "the system subtype")
        }
        if revision <= 4 { try cursor.end() }
        return subtype
    }
}
