import Codecs
import Testing

@Suite struct OpenProtocolSessionTests {
    private static func reply(_ text: String) throws -> OpenProtocolReply {
        try OpenProtocolReply(OpenProtocolMessage(Array(text.utf8)))
    }

    private static func text(_ request: OpenProtocolRequest) throws -> String {
        let wire = try request.message().wire
        #expect(wire.last == 0)
        return String(decoding: wire.dropLast(), as: UTF8.self)
    }

    @Test func requestsAreWrittenAsTheSpecificationDoes() throws {
        #expect(try Self.text(.start(revision: 1)) == "00200001            ")
        // Specification R2.16, section 5.2.1.
        #expect(try Self.text(.start(revision: 3)) == "00200001003         ")
        #expect(try Self.text(.start(revision: 7)) == "00230001007         010")
        #expect(try Self.text(.start(revision: 7, isKeepAliveOptional: true)) == "00230001007         011")
        #expect(try Self.text(.stop) == "00200003            ")
        #expect(try Self.text(.keepAlive) == "00209999            ")
        #expect(try Self.text(.acknowledgeResult) == "00200062            ")
        #expect(try Self.text(.subscribeResults(revision: 7)) == "00200060007         ")
        #expect(try Self.text(.oldResult(104_512)) == "00300064            0000104512")
        #expect(try Self.text(.acknowledge(900)) == "00240005            0900")
        #expect(try Self.text(.selectParameterSet(3)) == "00230018            003")
        #expect(try Self.text(.identifier("D0CVA5674A36458")) == "00350050            D0CVA5674A36458")
    }

    @Test func headerFieldsStandAtTheirBytes() throws {
        let request = OpenProtocolRequest.subscribeResults(revision: 2)
        let message = try request.message(station: 1, spindle: 12, sequence: 7, isUnacknowledged: true)
        #expect(String(decoding: message.bytes, as: UTF8.self) == "00200060002101120" + "7  ")
        let header = try OpenProtocolHeader(Array("00230018000 0299991230".utf8)[...])
        #expect(header.revision == 1)
        #expect(header.station == 2)
        #expect(header.spindle == 99)
        #expect(header.sequence == 99)
        #expect((header.parts, header.part) == (1, 2))
    }

    @Test func whatHasNoRoomIsRefused() {
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.selectParameterSet(1_000) }
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.selectJob(100) }
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.selectJob(-1, revision: 2) }
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.oldResult(4_294_967_296) }
        #expect(throws: OpenProtocolError.self) {
            try OpenProtocolRequest.identifier(String(repeating: "1", count: 26))
        }
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.identifier("A\u{1D}B") }
        #expect(throws: OpenProtocolError.self) { try OpenProtocolRequest.keepAlive.message(sequence: 100) }
    }

    @Test func theControllerSaysWhatItIs() throws {
        guard case .controller(let controller) = try Self.reply(OpenProtocolSamples.start1) else {
            Issue.record("no controller")
            return
        }
        #expect(controller.cellID == 1)
        #expect(controller.channelID == 1)
        #expect(controller.name == "Airbag1")
        #expect(controller.supplierCode == nil)
        #expect(!controller.hasSequenceNumbers)
        #expect(!controller.isKeepAliveOptional)
    }

    @Test func repliesAreRead() throws {
        #expect(try Self.reply(OpenProtocolSamples.acceptance) == .accepted(mid: 18))
        #expect(
            try Self.reply(OpenProtocolSamples.refusal) == .refused(OpenProtocolRefusal(mid: 18, code: 2)))
        #expect(try Self.reply("00209999            ") == .keepAlive)
        #expect(try Self.reply("00249997        02  0060") == .linkAccepted(mid: 60))
        #expect(
            try Self.reply("00289998        01  00600003") == .linkRefused(mid: 60, code: .sequence))
        #expect(try Self.reply("00270004            0060100") == .refused(.init(mid: 60, code: 100)))
        guard case .other(let message) = try Self.reply("00201234            ") else {
            Issue.record("a MID that nobody knows was read")
            return
        }
        #expect(message.mid == 1_234)
    }

    @Test(arguments: ["00230005            001", "00200004            ", "00250004            00180"])
    func repliesThatAreTooShortAreMalformed(text: String) {
        let error = #expect(throws: OpenProtocolError.self) { try Self.reply(text) }
        #expect(error?.kind == .malformed)
    }

    @Test func refusalsSayWhatToDo() {
        let refusal = OpenProtocolRefusal(mid: 18, code: 2)
        #expect(
            refusal.description
                == "MID 0018 refused with error 02: this parameter set is not in the controller: "
                + "choose one that is, or make it")
        #expect(OpenProtocolRefusal(mid: 60, code: 9).isAlreadySo)
        #expect(!OpenProtocolRefusal(mid: 63, code: 9).isAlreadySo)
        #expect(OpenProtocolRefusal(mid: 1, code: 97).isRevisionUnsupported)
        #expect(OpenProtocolRefusal(mid: 1, code: 96).isHeldByOther)
        #expect(OpenProtocolRefusal(mid: 1, code: 35).isHeldByOther)
        #expect(OpenProtocolRefusal.codes.count == 91)
    }

    @Test func sequenceNumbersWrapAt99() {
        var link = OpenProtocolLink()
        #expect(link.receive(99) == .wrong(expected: 1))
        for number in 1...98 { #expect(link.receive(number) == .fresh(acknowledge: number + 1)) }
        #expect(link.receive(99) == .fresh(acknowledge: 1))
        #expect(link.receive(99) == .repeated(acknowledge: 1))
        #expect(link.receive(2) == .wrong(expected: 1))
        #expect(link.receive(1) == .fresh(acknowledge: 2))
        for number in 1...99 {
            #expect(link.sending == number)
            #expect(link.acknowledged(number) == .stale)
            #expect(link.acknowledged(OpenProtocolLink.next(number)) == .received)
        }
        #expect(link.sending == 1)
        #expect(link.acknowledged(50) == .wrong(expected: 2))
    }
}
