internal import CUMockdev
internal import Glibc

/// Other USB devices, with descriptors of every sort and none: whoever opens one of them is seen.
final class MockCrowd {
    /// Devices on one bus: USB addresses are seven bits.
    private static let mostOnABus = 120
    /// The crowd stands on bus 2 and those after it.
    private static let firstBus = 2

    private let watch: Int32

    /// Plugs in `count` devices that `seed` decides, some of them of `vendor` or quite like the scanner.
    init(
        _ count: Int, seed: UInt64, like descriptors: MockDescriptors,
        testbed: UnsafeMutablePointer<UMockdevTestbed>
    ) throws(MockError) {
        var random = MockRandom(state: seed)
        for index in 0..<count {
            let bus = Self.firstBus + index / Self.mostOnABus
            let number = 1 + index % Self.mostOnABus
            let text = Self.device(bus, number, like: descriptors, &random)
            guard umockdev_testbed_add_from_string(testbed, text, nil) != 0 else {
                throw MockError("umockdev refuses device \(index) of seed \(seed)", exitCode: 70)
            }
        }
        watch = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard watch >= 0 else { throw MockError("no inotify: error \(errno)", exitCode: 74) }
        var name = [CChar](repeating: 0, count: Int(PATH_MAX))
        umockdev_testbed_get_root_dir(testbed).map { root in
            name = Array(String(cString: root).utf8CString)
            free(root)
        }
        let root = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let buses = (count + Self.mostOnABus - 1) / Self.mostOnABus
        for bus in Self.firstBus..<Self.firstBus + buses {
            let folder = "\(root)/dev/bus/usb/\(MockDescriptors.padded(bus))"
            guard inotify_add_watch(watch, folder, UInt32(IN_OPEN)) >= 0 else {
                throw MockError("\(folder) cannot be watched: error \(errno)", exitCode: 74)
            }
        }
    }

    deinit { close(watch) }

    /// How often a device of the crowd was opened since this was asked last.
    func openings() -> Int {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(watch, &bytes, bytes.count)
        var (place, found) = (0, 0)
        while place + 16 <= count {
            // struct inotify_event: watch, mask, cookie, length of the name, name. 1 << 30 is a folder.
            let words = bytes.withUnsafeBytes { all in
                (0..<4).map { all.loadUnaligned(fromByteOffset: place + 4 * $0, as: UInt32.self) }
            }
            if words[1] & (1 << 30) == 0 { found += 1 }
            place += 16 + Int(words[3])
        }
        return found
    }

    private static func device(
        _ bus: Int, _ number: Int, like scanner: MockDescriptors, _ random: inout MockRandom
    ) -> String {
        let isKin = random.below(4) == 0
        let vendor = isKin ? scanner.vendor : UInt16(random.below(65_536))
        // One that has the scanner's very ids shows more than the scanner: a composite.
        let isTwin = isKin && random.below(4) == 0
        let product = isTwin ? scanner.product : UInt16(random.below(65_536)) ^ (isKin ? 1 : 0)
        let isSame = vendor == scanner.vendor && product == scanner.product
        let kin = MockDescriptors(
            mode: isSame ? .composite : MockMode.allCases[random.below(MockMode.allCases.count)],
            vendor: vendor, product: product, serial: "X\(random.below(1_000_000))")
        var configuration = kin.configuration
        if !isSame { random.damage(&configuration) }
        return MockDescriptors.description(
            path: "/devices/pci0000:00/0000:00:14.0/usb\(bus)/\(bus)-\(number)", bus: bus, number: number,
            all: kin.device + configuration, vendor: vendor, product: product, serial: kin.serial)
    }
}

/// Random numbers that a seed repeats (SplitMix64, Steele and others, 2014).
struct MockRandom {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int(truncatingIfNeeded: (mixed ^ (mixed >> 31)) >> 33) % max(1, bound)
    }

    /// Changes bytes, cuts `bytes` off, puts noise in its place, or leaves it as it is.
    mutating func damage(_ bytes: inout [UInt8]) {
        switch below(4) {
        case 0: break
        case 1: bytes.removeLast(below(bytes.count))
        case 2: bytes = (0..<below(200)).map { _ in UInt8(below(256)) }
        default:
            for _ in 0...below(6) where !bytes.isEmpty { bytes[below(bytes.count)] = UInt8(below(256)) }
        }
    }
}
