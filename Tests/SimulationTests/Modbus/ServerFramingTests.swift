import Codecs
import Testing

@testable import Simulation

struct ServerFramingTests {
    private func bytes(_ text: String) throws -> [UInt8] { try #require(Hex.bytes(text)) }

    /// A read of two totals, and its answer, as the KRAL BEM 500 manual prints them.
    @Test func aSerialExampleOfAManual() throws {
        let request = try bytes("01 03 41 00 00 02 D0 37")
        let frame = ServerFrame(unit: 1, transaction: 0, pdu: try bytes("03 41 00 00 02")[...])
        #expect(ServerFraming.rtu.next(in: request[...]) == .request(frame, used: 8))
        let reply = ServerFraming.rtu.framed(try bytes("03 04 00 01 60 9E"), replyingTo: frame, unit: 1)
        #expect(reply == (try bytes("01 03 04 00 01 60 9E 02 5B")))
    }

    /// The header of the Messaging Implementation Guide: transaction, protocol 0, length, unit.
    @Test func aRequestOverTCP() throws {
        let request = try bytes("1501 0000 0006 FF 03 0004 0001".replacing(" ", with: ""))
        let pdu = try bytes("0300040001")
        let frame = ServerFrame(unit: 0xFF, transaction: 0x1501, pdu: pdu[...])
        #expect(ServerFraming.tcp.next(in: request[...]) == .request(frame, used: 12))
        let reply = ServerFraming.tcp.framed([3, 2, 0, 5], replyingTo: frame, unit: 0xFF)
        #expect(Hex.text(reply) == "150100000005ff03020005")
    }

    @Test(arguments: 0..<12) func aPieceOfATCPRequestIsNoRequestYet(count: Int) throws {
        let request = try bytes("15010000 0006ff03 00040001")
        #expect(ServerFraming.tcp.next(in: request.prefix(count)) == .incomplete)
    }

    @Test(arguments: 0..<13) func aPieceOfASerialRequestIsNoRequestYet(count: Int) throws {
        let request = try bytes("01 10 40 02 00 02 04 00 00 00 00 43 B5")
        #expect(ServerFraming.rtu.next(in: request.prefix(count)) == .incomplete)
    }

    @Test(arguments: [
        "150100010006ff0300040001",  // another protocol
        "150100000001ff", "1501000000ffff",  // lengths that no PDU has
    ])
    func aTCPHeaderThatCannotBeIsGarbage(text: String) throws {
        let request = try bytes(text)
        #expect(ServerFraming.tcp.next(in: request[...]) == .garbage)
    }

    @Test func aSerialFrameWithAWrongSumIsGarbage() throws {
        let request = try bytes("01 03 41 00 00 02 D0 38")
        #expect(ServerFraming.rtu.next(in: request[...]) == .garbage)
    }
}
