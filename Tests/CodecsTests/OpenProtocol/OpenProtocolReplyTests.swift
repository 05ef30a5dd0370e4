import Codecs
import Testing

/// The other replies and events: examples of the specification R2.16, and values of the public tests of
/// OpenProtocolInterpreter.
@Suite struct OpenProtocolReplyTests {
    private static func message(_ text: String) throws -> OpenProtocolMessage {
        try OpenProtocolMessage(Array(text.utf8))
    }

    private static func reply(_ text: String) throws -> OpenProtocolReply {
        try OpenProtocolReply(message(text))
    }

    @Test(arguments: [(1, 57), (2, 62), (3, 125), (4, 163), (5, 173), (6, 221), (7, 224)])
    func everyRevisionOfTheControllerIsRead(revision: Int, length: Int) throws {
        let controller = try OpenProtocolController(
            Self.message(
                OpenProtocolSamples.beginning(
                    of: OpenProtocolSamples.start7, length: length, revision: revision)))
        #expect(controller.name == "Airbag1")
        #expect(controller.supplierCode == (revision < 2 ? nil : "ACT"))
        #expect(controller.protocolVersion == (revision < 3 ? nil : "OpenProtocolVersion"))
        #expect(controller.serial == (revision < 4 ? nil : "Serial"))
        #expect(controller.fields.number(.systemType) == (revision < 5 ? nil : 2))
        #expect(!controller.hasSequenceNumbers)
        #expect(controller.hasLinking == (revision >= 6))
        #expect(controller.fields.number(.stationID) == (revision < 6 ? nil : 4_294_967_295))
        #expect(controller.isKeepAliveOptional == (revision >= 7))
        #expect(controller.fields.rest.isEmpty)
    }

    @Test func alarmsAreRead() throws {
        guard case .alarm(let alarm) = try Self.reply(OpenProtocolSamples.alarm1) else {
            Issue.record("no alarm")
            return
        }
        #expect(alarm.code == "E404")
        #expect(alarm.isActive == true)
        #expect(alarm.isControllerReady == true)
        #expect(alarm.isToolReady == true)
        #expect(alarm.time?.text == "2008-09-25:10:14:16")
        let second = try OpenProtocolAlarm(
            Self.message("00540071002         01E1021021031042017-12-01:20:12:45"))
        #expect(second.code == "E1021")
        let status = try OpenProtocolAlarm(
            Self.message("00600076003         01102 E851031041052017-01-25:10:20:20061"))
        #expect(status.isActive == true)
        #expect(status.code == "E851")
        #expect(status.fields.number(.toolHealth) == 1)
        let none = try OpenProtocolAlarm(
            Self.message("00560076            01002    030041052008-06-02:10:14:26"))
        #expect(none.isActive == false)
        #expect(none.code == nil)
        #expect(none.isControllerReady == false)
        #expect(try Self.reply("00240074            E406") == .alarmAcknowledged(code: "E406"))
        #expect(try Self.reply("00250074002         E8514") == .alarmAcknowledged(code: "E8514"))
    }

    @Test(arguments: [(1, 81), (2, 156), (3, 180), (4, 184), (5, 198), (6, 236), (7, 260)])
    func everyRevisionOfTheToolIsRead(revision: Int, length: Int) throws {
        let text = OpenProtocolSamples.beginning(
            of: OpenProtocolSamples.tool7, length: length, revision: revision)
        guard case .tool(let tool) = try Self.reply(text) else {
            Issue.record("no tool")
            return
        }
        #expect(tool.text(.toolSerial) == "ABCDEFG-123456")
        #expect(tool.number(.toolTightenings) == 4_294_967_295)
        #expect(tool.time(.lastCalibration)?.text == "2017-12-01:20:12:45")
        #expect(tool.number(.calibrationValue) == (revision < 2 ? nil : 2_000))
        #expect(tool.number(.toolMaxTorque) == (revision < 3 ? nil : 600))
        #expect(tool.number(.toolNumber) == (revision < 6 ? nil : 1))
        #expect(tool.rest.isEmpty)
    }

    @Test func theSpecificationsToolIsRead() throws {
        let text = "00810041            01C341212       02548796    032001-05-07:13:24:5404670919    "
        guard case .tool(let tool) = try Self.reply(text) else {
            Issue.record("no tool")
            return
        }
        #expect(tool.number(.toolTightenings) == 548_796)
        #expect(tool.text(.controllerSerial) == "670919")
    }

    @Test func parameterSetsAndJobsAreListed() throws {
        guard case .parameterSets(let sets) = try Self.reply("00290011            002001002"),
            case .jobs(let jobs) = try Self.reply("00260031001         020102"),
            case .jobs(let longJobs) = try Self.reply("00320031002         000200010002")
        else {
            Issue.record("no lists")
            return
        }
        #expect(sets.map(\.id) == [1, 2])
        #expect(sets.first?.stages == nil)
        #expect(jobs == [1, 2])
        #expect(longJobs == [1, 2])
        // Table 28: two sets, their stages, kinds and times.
        let long =
            "00790011004         0020010020109MsetPset2001-05-29:12:34:332001-05-29:12:34:34"
        guard case .parameterSets(let further) = try Self.reply(long) else {
            Issue.record("no list")
            return
        }
        #expect(further.map(\.stages) == [1, 9])
        #expect(further.map(\.isMultistage) == [true, false])
        #expect(further.last?.changed?.second == 34)
    }

    @Test(arguments: [
        "00290011            003001002", "00280031001         02010203", "00230031            019",
    ])
    func listsWithAnotherLengthAreMalformed(text: String) {
        #expect(throws: OpenProtocolError.self) { try Self.reply(text) }
    }

    @Test func aParameterSetIsRead() throws {
        let text =
            "01410013005         0100102Airbag1                  031040305001200060015000700140008003600900"
            + "72010004801102021112017854132001-05-29:12:34:33"
        guard case .parameterSet(let set) = try Self.reply(text),
            case .other = try Self.reply("00280013003         00000000"),
            case .parameterSetSelected(let selected) = try Self.reply(
                "00420015001         0022017-06-02:09:54:09")
        else {
            Issue.record("no parameter set")
            return
        }
        #expect(set.text(.parameterSetName) == "Airbag1")
        #expect(set.number(.torqueMax) == 1_500)
        #expect(set.number(.angleTarget) == 480)
        #expect(set.number(.startFinalAngle) == 17_854)
        #expect(set.time(.parameterSetChanged)?.day == 29)
        #expect(selected.number(.parameterSetID) == 2)
        let long =
            "01410015002         0100202Airbag parameter         032017-06-02:09:54:0904205040600510107010"
            + "009080050050900001109999911003601200123413001006"
        guard case .parameterSetSelected(let second) = try Self.reply(long) else {
            Issue.record("no parameter set")
            return
        }
        #expect(second.number(.batchSize) == 4)
        #expect(second.number(.angleMax) == 99_999)
        #expect(second.number(.firstTarget) == 1_234)
        #expect(second.rest.isEmpty)
    }

    @Test(arguments: [(1, 63), (2, 65), (3, 79), (4, 83), (5, 198)])
    func jobEventsAreRead(revision: Int, length: Int) throws {
        let first = "00630035            0101020030040008050003062001-12-01:20:12:45"
        let later =
            "01980035005         010001020030040008050003062001-12-01:20:12:450712008012091210011112345"
            + "12VINVINN12345678912345678913IdentifierResultPart2xxxx14IdentifierResultPart3xxxx15Identi"
            + "fierResultPart4xxxx"
        let text =
            revision == 1
            ? first : OpenProtocolSamples.beginning(of: later, length: length, revision: revision)
        guard case .jobEvent(let event) = try Self.reply(text) else {
            Issue.record("no job event")
            return
        }
        #expect(event.number(.jobID) == 1)
        #expect(event.number(.jobStatus) == 0)
        #expect(event.number(.batchSize) == 8)
        #expect(event.number(.batchCounter) == 3)
        #expect(event.time(.time)?.text == "2001-12-01:20:12:45")
        #expect(event.text(.identifier) == (revision < 5 ? nil : "VINVINN123456789123456789"))
    }

    @Test func identifiersAreRead() throws {
        let plain = try OpenProtocolIdentifier(Self.message("00450052001         VehicleIdNumber          "))
        #expect(plain.parts.map(\.text) == ["VehicleIdNumber"])
        let long = try OpenProtocolIdentifier(Self.message("00470052001         VehicleIdNumberHigherThan25"))
        #expect(long.parts.map(\.text) == ["VehicleIdNumberHigherThan25"])
        let four = try OpenProtocolIdentifier(
            Self.message(
                "01300052002         01VehicleIdNumberHigherThan2502IdentifierPart2          03Identifier"
                    + "Part3          04IdentifierPart4          "))
        #expect(four.parts.map(\.number) == [1, 2, 3, 4])
        #expect(four.parts.last?.text == "IdentifierPart4")
        let order = try OpenProtocolIdentifier(
            Self.message(
                "01480152001         0110101Result part 1            0220003Result part 2            03301"
                    + "04Result part 3            0440105Result part 4            "))
        #expect(order.parts.map(\.status) == [.accepted, .reset, .next, .initial])
        #expect(order.parts.map(\.isInWorkOrder) == [true, false, true, true])
        // A scanner's separator stays in what it read.
        let scanned = try OpenProtocolIdentifier(
            Self.message("00430052            [)>\u{1E}06\u{1D}1P1\u{1D}S2\u{1E}\u{4}        "))
        #expect(scanned.parts.first?.bytes.contains(0x1D) == true)
        let empty = try OpenProtocolIdentifier(
            Self.message("00450052            " + String(repeating: " ", count: 25)))
        #expect(empty.parts.isEmpty)
    }

    @Test func timeInputsAndRelaysAreRead() throws {
        #expect(
            try Self.reply("00390081            2017-12-01:20:12:45")
                == .time(OpenProtocolTime(year: 2_017, month: 12, day: 1, hour: 20, minute: 12, second: 45)))
        #expect(
            try Self.reply("00280211            00100111")
                == .inputs([false, false, true, false, false, true, true, true]))
        #expect(try Self.reply("00280217   1        01026021") == .relay(number: 26, isOn: true))
        guard
            case .device(let device) = try Self.reply(
                "00920215002         010302070300100021003100400051000600710407050011002000310041005100610070"
            ),
            case .device(let first) = try Self.reply(
                "00920215001         010302001000210031004010012000300140010300110020003100410051006100700080"
            )
        else {
            Issue.record("no device")
            return
        }
        #expect(device.number == 3)
        #expect(device.relays.count == 7)
        #expect(device.relays.last?.isOn == true)
        #expect(device.inputs.map(\.function) == [1, 2, 3, 4, 5, 6, 7])
        #expect(first.relays.count == 8 && first.inputs.count == 8)
    }
}
