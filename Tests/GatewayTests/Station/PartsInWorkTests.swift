import Inspection
import Testing

@testable import Gateway

struct PartsInWorkTests {
    private func part(_ serial: String, uii: String? = nil) -> PartIdentity {
        PartIdentity(serial: serial, number: "N", uii: uii, lot: nil, rawMark: [], symbology: nil)
    }

    @Test func ofTwoScansAtOnceOneSeesTheOther() {
        let parts = PartsInWork()
        #expect(parts.claim(part("SA1"), at: "a") == [])
        #expect(parts.claim(part("SA1"), at: "b") == ["a"])
        #expect(parts.claim(part("SA2"), at: "b") == [])
        #expect(parts.claim(part("SA1"), at: "a") == [])
    }

    @Test func aStationThatIsDoneLetsThePartGo() {
        let parts = PartsInWork()
        parts.note(part("SA1"), at: "a")
        #expect(parts.claim(part("SA1"), at: "b") == ["a"])
        parts.note(nil, at: "a")
        #expect(parts.claim(part("SA1"), at: "b") == [])
    }

    @Test func twoItemsWithUIIsOfTheirOwnMayShareASerial() {
        let parts = PartsInWork()
        parts.note(part("1", uii: "D98897A1"), at: "a")
        #expect(parts.claim(part("1", uii: "D98897B1"), at: "b") == [])
        #expect(parts.claim(part("1"), at: "c") == ["a", "b"])
    }
}
