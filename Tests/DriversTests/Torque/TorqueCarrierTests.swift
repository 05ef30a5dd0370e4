import Codecs
import Testing

@testable import Drivers

/// Messages on serial lines (specification R2.16, section 2.1.2): with `BEL HT BEL HT STX` before and `ETX`
/// behind, and the same in blocks of the procedure 3964R.
struct TorqueCarrierTests {
    private static let (stx, etx, dle, nak): (UInt8, UInt8, UInt8, UInt8) = (0x02, 0x03, 0x10, 0x15)
    private static let keepAlive = TorqueRig.keepAlive
    private static let accepted = "00240005            0042"
    /// As the gateway sends it.
    private static let framed: [UInt8] = [7, 9, 7, 9, stx] + Array(keepAlive.utf8) + [etx]

    /// As a controller sends it: without the tag.
    private static func told(_ text: String) -> [UInt8] { [stx] + Array(text.utf8) + [etx] }

    /// A block of 3964R behind its STX: DLE ETX and the exclusive-or of all bytes.
    private static func block(_ bytes: [UInt8]) -> [UInt8] {
        let closed = bytes + [dle, etx]
        return closed + [closed.reduce(0, ^)]
    }

    // MARK: STX and ETX

    @Test func aMessageToTheControllerHasTheTagAndOneFromItHasNone() throws {
        var rig = LinkRig(.text)
        try rig.says(.keepAlive)
        #expect(rig.sentBytes() == Self.framed)
        #expect(rig.hears(bytes: Self.told(Self.accepted)) == [Self.accepted])
    }

    @Test func bytesThatTrickleAndGarbageBetweenMessagesHarmNothing() throws {
        var rig = LinkRig(.text)
        var heard: [String] = []
        for byte in [0xFF, 0x00, 0x0D] + Self.told(Self.accepted) + [0x41] + Self.told(Self.keepAlive) {
            heard += rig.hears(bytes: [byte])
        }
        #expect(heard == [Self.accepted, Self.keepAlive])
    }

    @Test func aMessageThatBreaksOffIsSaidAndTheNextOneIsHeard() throws {
        var rig = LinkRig(.text)
        #expect(rig.hears(bytes: Array(Self.told(Self.accepted).prefix(15))) == [])
        #expect(rig.link.deadline == 2_001_000_000)
        let noise = rig.waits(2_000)
        #expect(noise.count == 1 && noise[0].hasPrefix("noise: "), "\(noise)")
        #expect(rig.hears(bytes: Self.told(Self.keepAlive)) == [Self.keepAlive])
    }

    /// The controller does not know that the gateway was away, and would refuse a second session.
    @Test func aNewConnectionEndsTheSessionOfBefore() throws {
        var rig = LinkRig(.text)
        rig.opens()
        #expect(rig.sentBytes() == [7, 9, 7, 9, Self.stx] + Array("00200003            ".utf8) + [Self.etx])
        #expect(rig.hears(bytes: Self.told("00240005            0003")) == [])
        #expect(rig.hears(bytes: Self.told(Self.accepted)) == [Self.accepted])
    }

    // MARK: 3964R

    @Test func aBlockIsAskedForSentAndAcknowledged() throws {
        var rig = LinkRig(.procedure3964R)
        try rig.says(.keepAlive)
        try rig.says(.disableTool)
        #expect(rig.sentBytes() == [Self.stx])
        #expect(rig.hears(bytes: [Self.dle]) == [])
        #expect(rig.sentBytes() == Self.block(Self.framed))
        #expect(rig.hears(bytes: [Self.dle]) == [])
        #expect(rig.sentBytes() == [Self.stx], "the second message")
    }

    @Test func aBlockThatComesIsAnsweredAndRead() throws {
        var rig = LinkRig(.procedure3964R)
        #expect(rig.hears(bytes: [Self.stx]) == [])
        #expect(rig.sentBytes() == [Self.dle])
        #expect(rig.hears(bytes: Self.block(Self.told(Self.accepted))) == [Self.accepted])
        #expect(rig.sentBytes() == [Self.dle])
    }

    @Test func aDamagedBlockIsRefusedAndReadWhenItComesAgain() throws {
        var rig = LinkRig(.procedure3964R)
        var damaged = Self.block(Self.told(Self.accepted))
        damaged[10] ^= 1
        _ = rig.hears(bytes: [Self.stx])
        #expect(rig.hears(bytes: damaged) == [])
        #expect(rig.sentBytes() == [Self.dle, Self.nak])
        _ = rig.hears(bytes: [Self.stx])
        #expect(rig.hears(bytes: Self.block(Self.told(Self.accepted))) == [Self.accepted])
        #expect(rig.sentBytes() == [Self.dle, Self.dle])
    }

    @Test func aLostAcknowledgementHasTheBlockSentAgain() throws {
        var rig = LinkRig(.procedure3964R)
        try rig.says(.keepAlive)
        _ = rig.hears(bytes: [Self.dle])
        _ = rig.sentBytes()
        #expect(rig.waits(2_000) == [])
        #expect(rig.sentBytes() == [Self.stx])
        _ = rig.hears(bytes: [Self.dle])
        #expect(rig.sentBytes() == Self.block(Self.framed))
    }

    @Test func aControllerThatTakesNothingIsGivenUpAfterSixTries() throws {
        var rig = LinkRig(.procedure3964R)
        try rig.says(.keepAlive)
        var heard: [String] = []
        for _ in 1...6 { heard += rig.waits(2_000) }
        #expect(heard.count == 1 && heard[0].hasPrefix("broken: takes nothing that is sent to it"))
        #expect(rig.sentBytes() == [UInt8](repeating: Self.stx, count: 6) + [Self.nak])
    }

    @Test func whatWaitsIsBounded() throws {
        var rig = LinkRig(.procedure3964R)
        var heard: [String] = []
        for _ in 1...66 { heard += try rig.says(.keepAlive) }
        #expect(heard.count == 1 && heard[0].hasPrefix("broken: "))
    }

    @Test func aBlockWithoutAMessageIsSaidAndSpoilsNoLaterOne() throws {
        var rig = LinkRig(.procedure3964R)
        _ = rig.hears(bytes: [Self.stx])
        let half = Array(Self.told(Self.accepted).prefix(12))
        #expect(rig.hears(bytes: Self.block(half)) == ["noise: a block of 12 bytes holds no whole message"])
        _ = rig.hears(bytes: [Self.stx])
        #expect(rig.hears(bytes: Self.block(Self.told(Self.accepted))) == [Self.accepted])
    }
}
