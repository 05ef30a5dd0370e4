import Codecs
import Testing

@testable import Drivers

/// A torque controller's link on a line that exists in the test only. Messages are texts, laid out by hand
/// from the specification's header: length 4, MID 4, revision 3, no-ack 1, station 2, spindle 2, sequence 2,
/// parts 2.
struct LinkRig {
    var link: TorqueLink
    /// Milliseconds.
    var now: Int64 = 0

    init(_ framing: TorqueCarrier.Framing = .stream, mayNumber: Bool = true) {
        link = TorqueLink(framing, mayNumber: mayNumber, timeout: 3_000_000_000)
    }

    private var nanoseconds: Int64 { now * 1_000_000 }

    /// What was heard: messages as they are, and what else there was.
    private static func texts(_ heard: [TorqueLink.Heard]) -> [String] {
        heard.map { piece in
            switch piece {
            case .message(let message): String(decoding: message.bytes, as: UTF8.self)
            case .noise(let what): "noise: \(what)"
            case .broken(let what): "broken: \(what)"
            }
        }
    }

    mutating func opens() {
        now += 1
        _ = link.open(at: nanoseconds)
    }

    mutating func hears(bytes: [UInt8]) -> [String] {
        now += 1
        return Self.texts(link.take(bytes, at: nanoseconds))
    }

    mutating func hears(_ message: String) -> [String] { hears(bytes: Array(message.utf8) + [0]) }

    mutating func waits(_ milliseconds: Int64) -> [String] {
        now += milliseconds
        return Self.texts(link.elapse(at: nanoseconds))
    }

    @discardableResult
    mutating func says(_ request: OpenProtocolRequest) throws -> [String] {
        now += 1
        return Self.texts(try link.say(request, at: nanoseconds))
    }

    /// What was sent since this was asked last, byte for byte.
    mutating func sentBytes() -> [UInt8] { link.takeOutgoing() }

    /// The messages that were sent over TCP since this was asked last.
    mutating func sent() -> [String] {
        sentBytes().split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A message with `sequence` (two characters) and `data`.
    static func message(_ mid: String, _ sequence: String, _ data: String = "") -> String {
        let length = String(20 + data.utf8.count)
        return String(repeating: "0", count: 4 - length.count) + length + mid + "        \(sequence)  " + data
    }

    /// MID 0002 revision 6 (tables 12 to 17), by which the controller offers sequence numbers, or not.
    static func greeting(offers: Bool = true) -> String {
        func blank(_ count: Int) -> String { String(repeating: " ", count: count) }
        return "02210002006         010001020103Airbag1" + blank(18) + "04ACT" + "05" + blank(19)
            + "06" + blank(19) + "07" + blank(19) + "08" + blank(24) + "09" + blank(10) + "10000" + "11000"
            + "12\(offers ? 1 : 0)" + "130" + "140000000001" + "15" + blank(25) + "161"
    }

    /// The controller offers sequence numbers.
    mutating func begins() { _ = hears(Self.greeting()) }
}
