import Codecs
import Testing

/// Which interfaces the raw descriptors of a USB device hold.
@Suite struct USBDescriptorWalkTests {
    /// USB 2.0, table 9-8: 18 bytes of type 1.
    private static let device: [UInt8] = [
        18, 1, 0, 2, 0, 0, 0, 64, 0x2E, 0x0C, 0x6A, 0x0B, 0, 1, 1, 2, 3, 1,
    ]

    /// USB 2.0, table 9-10: a configuration that says it has `count` interfaces in `rest`.
    private static func configuration(_ count: UInt8, _ rest: [UInt8]) -> [UInt8] {
        [9, 2, UInt8(9 + rest.count), 0, count, 1, 0, 0x80, 50] + rest
    }

    /// USB 2.0, table 9-12: number, setting, one endpoint, class, subclass and protocol.
    private static func interface(
        _ number: UInt8, setting: UInt8 = 0, _ kind: (UInt8, UInt8, UInt8) = (3, 0, 0)
    ) -> [UInt8] {
        [9, 4, number, setting, 1, kind.0, kind.1, kind.2, 0]
    }

    private static let endpoint: [UInt8] = [7, 5, 0x81, 3, 64, 0, 10]
    private static let keyboard: (UInt8, UInt8, UInt8) = (3, 1, 1)

    private func kinds(_ bytes: [UInt8]) -> [String] {
        USBDescriptorWalk.settings(in: bytes).map { "\($0.number) \($0.kind.rawValue)" }
    }

    @Test func anInterfaceThatIsNotCountedIsFound() {
        let rest = Self.interface(0) + Self.endpoint + Self.interface(1, Self.keyboard) + Self.endpoint
        #expect(kinds(Self.device + Self.configuration(1, rest)) == ["0 hid", "1 keyboard"])
    }

    @Test func otherSettingsAndOtherConfigurationsAreFound() {
        let first = Self.interface(0) + Self.endpoint + Self.interface(0, setting: 1, Self.keyboard)
        let second = Self.interface(0, (8, 6, 0x50))
        let bytes = Self.device + Self.configuration(1, first) + Self.configuration(1, second)
        #expect(kinds(bytes) == ["0 hid", "0 keyboard", "0 storage"])
    }

    /// Linux leaves out what follows a descriptor of impossible length, and an interface that is too short.
    @Test(
        arguments: [
            [0, 4], [1, 4, 0], [9, 4, 1, 0, 1, 3, 1, 1], [], [200, 4, 1, 0, 1, 3, 1, 1, 0],
        ] as [[UInt8]])
    func whatFollowsAnImpossibleLengthIsLeftOut(_ tail: [UInt8]) {
        let bytes = Self.device + Self.configuration(1, Self.interface(0)) + tail
        #expect(kinds(bytes) == ["0 hid"])
    }

    @Test func anInterfaceThatIsTooShortIsNone() {
        let bytes = Self.device + Self.configuration(2, [5, 4, 1, 0, 1] + Self.interface(0))
        #expect(kinds(bytes) == ["0 hid"])
    }
}
