/// Cuts what passed a line, in the pieces in which it was read, into frames for people and captures.
///
/// It loses no byte: what is no frame comes out as it is, with the reason. It judges nothing for the engine,
/// which has framers of its own that refuse where this one goes on.
package struct WireFramer: Sendable {
    /// How far a frame at the beginning of some bytes reaches.
    enum Extent: Equatable {
        case frame(Int)
        case needsMore
        case none(String)
    }

    /// More than any frame, so that a stream that never becomes one is given out in pieces.
    private static let mostPending = 1_024
    /// A frame's end that is not there by then does not come: nanoseconds, far above any gap within frames.
    private static let patience: Int64 = 500_000_000

    private let wire: ModbusWire
    private var pending: [UInt8] = []
    private var lastCame: Int64 = 0

    package init(_ wire: ModbusWire) { self.wire = wire }

    /// The frames that are whole once `bytes` have passed at `nanoseconds`.
    ///
    /// What is sent goes out whole; it ends what came before it, since one request is under way at a time.
    package mutating func take(_ bytes: [UInt8], isSent: Bool, at nanoseconds: Int64) -> [CapturedFrame] {
        if isSent {
            let frame = CapturedFrame(isSent: true, nanoseconds: nanoseconds, bytes: bytes)
            return flush() + [frame]
        }
        pending += bytes
        lastCame = nanoseconds
        return cut()
    }

    /// Gives out what waits for an end that has not come in half a second.
    package mutating func flush(at nanoseconds: Int64) -> [CapturedFrame] {
        nanoseconds - lastCame >= Self.patience ? flush() : []
    }

    /// Gives out what waits, whole or not.
    package mutating func flush() -> [CapturedFrame] {
        guard !pending.isEmpty else { return [] }
        let isChecked = wire == .rtu && pending.count >= 4
        let fault = isChecked ? "the CRC is not that of these bytes" : "the frame has no end"
        defer { pending = [] }
        return [CapturedFrame(isSent: false, nanoseconds: lastCame, bytes: pending, fault: fault)]
    }

    private mutating func cut() -> [CapturedFrame] {
        var frames: [CapturedFrame] = []
        while !pending.isEmpty {
            switch Self.extent(of: pending[...], wire) {
            case .frame(let count):
                let bytes = Array(pending.prefix(count))
                pending.removeFirst(count)
                frames.append(CapturedFrame(isSent: false, nanoseconds: lastCame, bytes: bytes))
            case .needsMore:
                guard pending.count >= Self.mostPending else { return frames }
                frames += flush()
            case .none(let fault):
                frames.append(
                    CapturedFrame(isSent: false, nanoseconds: lastCame, bytes: pending, fault: fault))
                pending = []
            }
        }
        return frames
    }

    private static func extent(of bytes: ArraySlice<UInt8>, _ wire: ModbusWire) -> Extent {
        switch wire {
        case .tcp: tcpLength(bytes)
        case .rtu: rtuLength(bytes)
        case .ascii: asciiLength(bytes)
        }
    }

    /// Messaging on TCP/IP V1.0b, clause 3.1.3: protocol 0, a length of at most 254.
    static func tcpLength(_ bytes: ArraySlice<UInt8>) -> Extent {
        let head = Array(bytes.prefix(6))
        if head.count >= 4, head[2] != 0 || head[3] != 0 { return .none("this is no Modbus TCP") }
        guard head.count == 6 else { return .needsMore }
        let length = Int(head[4]) << 8 | Int(head[5])
        guard (2...ModbusLimits.pduBytes + 1).contains(length) else {
            return .none("a length of \(length), which no frame has")
        }
        return bytes.count >= 6 + length ? .frame(6 + length) : .needsMore
    }

    /// A reply says by its function how long it is; only where its CRC is right too is it cut off here.
    static func rtuLength(_ bytes: ArraySlice<UInt8>) -> Extent {
        let head = Array(bytes.prefix(3))
        guard head.count == 3 else { return .needsMore }
        let length: Int
        switch head[1] {
        case 0x80...: length = 5
        case 1...4, 12, 17, 23: length = 5 + Int(head[2])
        case 5, 6, 8, 11, 15, 16: length = 8
        case 22: length = 10
        // Any other function: the first length with a right CRC.
        default: return shortestRTU(bytes)
        }
        guard bytes.count >= length else { return .needsMore }
        return (try? ModbusRTUFrame(Array(bytes.prefix(length)))) == nil ? .needsMore : .frame(length)
    }

    private static func shortestRTU(_ bytes: ArraySlice<UInt8>) -> Extent {
        let all = Array(bytes.prefix(ModbusLimits.rtuFrameBytes))
        guard all.count >= 4 else { return .needsMore }
        let match = (4...all.count).first { (try? ModbusRTUFrame(Array(all.prefix($0)))) != nil }
        return match.map(Extent.frame) ?? .needsMore
    }

    private static func asciiLength(_ bytes: ArraySlice<UInt8>) -> Extent {
        guard let end = bytes.firstIndex(of: 0x0A) else { return .needsMore }
        return .frame(end - bytes.startIndex + 1)
    }
}
