import Codecs
import Testing
import Transports

@testable import Gateway

/// Which losses and returns of a scanner become entries in the ledger. Seen failing with each loss entered,
/// and with the first connection.
@Suite struct ScannerPresenceTests {
    private static let second: Int64 = 1_000_000_000
    private static let who = USBIdentity(
        vendor: 0x0C2E, product: 0x0B6A, serial: "A-1", port: "1-1", interfaces: [.hid])
    private static let place = who.place

    private static func lost(_ folded: Int64) -> ScannerPresence.Entry {
        .init(isBack: false, reason: "unplugged", place: place, who: who, folded: folded)
    }

    private static func back(_ folded: Int64) -> ScannerPresence.Entry {
        .init(isBack: true, reason: "it is read again", place: place, who: who, folded: folded)
    }

    @Test func theFirstConnectionIsNoneThatCameBack() {
        var presence = ScannerPresence()
        #expect(presence.lost("unplugged", at: 0) == nil)
        #expect(presence.connected(Self.place, Self.who) == nil)
        #expect(presence.lost("unplugged", at: 1) == Self.lost(0))
        #expect(presence.lost("unplugged", at: 2) == nil, "it is lost already")
        #expect(presence.connected(Self.place, Self.who) == Self.back(0))
    }

    @Test func aFlappingCableIsOnePairAndThenACount() {
        var presence = ScannerPresence()
        _ = presence.connected(Self.place, Self.who)
        #expect(presence.lost("unplugged", at: 0) == Self.lost(0))
        #expect(presence.connected(Self.place, Self.who) == Self.back(0))
        for time in 1...3 as ClosedRange<Int64> {
            #expect(presence.lost("unplugged", at: time * Self.second) == nil)
            #expect(presence.connected(Self.place, Self.who) == nil)
        }
        #expect(presence.due(at: 10 * Self.second - 1) == nil)
        #expect(presence.due(at: 10 * Self.second) == Self.back(3))
        #expect(presence.due(at: 30 * Self.second) == nil)
        #expect(presence.lost("unplugged", at: 30 * Self.second) == Self.lost(0))
    }

    @Test func aLossThatWasLeftOutAndLastsIsEnteredInTheEnd() {
        var presence = ScannerPresence()
        _ = presence.connected(Self.place, Self.who)
        _ = presence.lost("unplugged", at: 0)
        _ = presence.connected(Self.place, Self.who)
        _ = presence.lost("unplugged", at: Self.second)
        _ = presence.connected(Self.place, Self.who)
        #expect(presence.lost("unplugged", at: 2 * Self.second) == nil)
        #expect(presence.due(at: 10 * Self.second) == Self.lost(1))
        #expect(presence.connected(Self.place, Self.who) == Self.back(0))
        #expect(presence.lost("unplugged", at: 19 * Self.second) == nil, "ten seconds from the last loss")
    }
}
