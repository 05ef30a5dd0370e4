import Codecs
import Foundation
import Testing

/// The ways in which a torque controller hangs on a line, from the wire to the records: numbered messages
/// over TCP, and serial lines with both framings. Whatever a line does, each tightening counts once.
@Suite(.serialized) struct OpenProtocolLineTests {
    private enum Line {
        case listens, dials
        case serial(framing: String)

        /// The gateway's link, and what the scenario says of the controller's end.
        func ends(_ address: String, in folder: String) -> (link: String, place: String) {
            switch self {
            case .listens:
                let link = "openprotocol://\(address)"
                return (link, "link: \"\(link)\"")
            case .dials:
                return (
                    "openprotocol-listen://\(address)?from=127.0.0.1", "dials: \"\(address)\""
                )
            case .serial(let framing):
                let path = folder + "/sim/controller"
                return ("serial://\(path)?baud=9600", "pty: \(path), framing: \(framing)")
            }
        }
    }

    /// A station with one controller of these `quirks` at the end of this line.
    private func open(_ profile: String, quirks: String, _ line: Line = .listens) async throws -> Shop {
        let address = "127.0.0.1:\(try #require(try FreePorts.take(1).first))"
        return try await Shop.open { shop in
            let (link, place) = line.ends(address, in: shop.folder.path)
            let simulated = "model: open-protocol, \(place), quirks: \(quirks), locked: true"
            return [Gauge(id: "TW-1", role: "tool", simulated: simulated, profile: profile, link: link)]
        }
    }
    /// One part in each of these faults, and one while the gateway is killed: every tightening is in a
    /// record, on its serial, once.
    private func work(_ faults: [String], at shop: Shop) async throws {
        for (index, fault) in faults.enumerated() {
            let serial = "SA1\(1000 + index)"
            try await shop.begin(serial)
            if !fault.isEmpty {
                try shop.control("/fault", ["device": "TW-1", "kind": .string(fault), "seconds": 2])
            }
            try await shop.pullTrigger()
            try await shop.end(serial)
            try shop.control("/mend", ["device": "TW-1"])
            try await shop.expectScanner("TW-1", "online")
        }
        try await shop.begin("SA19999")
        await shop.killGateway()
        try await shop.pullTrigger()
        try await shop.startGateway()
        try await shop.end("SA19999")
        let done = try shop.done()
        #expect(done.map { String($0.prefix(7)) } == faults.indices.map { "SA1\(1000 + $0)" } + ["SA19999"])
        #expect(try await shop.recorded() == done)
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.isEmpty, "\(orphans.map { CanonicalJSON.text($0) })")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    private func detail(_ shop: Shop) throws -> String {
        try shop.deviceStatus("TW-1")["detail"]?.text ?? ""
    }

    @Test func numberedMessagesLoseNoResultAndDoubleNone() async throws {
        let shop = try await open("open-protocol-link-level", quirks: "link-level")
        #expect(try detail(shop).hasSuffix(", messages numbered"))
        try await work(["", "lost_result", "lost_acknowledge", "twice", "delay", "silent"], at: shop)
    }

    @Test func aControllerThatDoesNotNumberIsSpokenToWithout() async throws {
        let shop = try await open("open-protocol-link-level", quirks: "standard")
        #expect(try !detail(shop).contains("numbered"))
        try await work(["", "lost_acknowledge"], at: shop)
    }

    @Test(arguments: ["standard", "link-level"])
    func aSerialLineMayBeNoisyAndSlowAndBePulled(_ quirks: String) async throws {
        let shop = try await open("open-protocol-serial", quirks: quirks, .serial(framing: "ascii"))
        #expect(try detail(shop).contains("numbered") == (quirks == "link-level"))
        try await work(["", "noise", "drip", "reset", "lost_result", "silent"], at: shop)
    }

    @Test func aControllerThatDialsIsServedAndDialsAgain() async throws {
        let shop = try await open("open-protocol-controller", quirks: "standard", .dials)
        try await work(["", "reset", "lost_result", "lost_acknowledge", "silent"], at: shop)
    }

    @Test func blocksOf3964RAreSentAgainUntilTheyAreTaken() async throws {
        let shop = try await open("open-protocol-3964r", quirks: "standard", .serial(framing: "3964r"))
        try await work(["", "noise", "drip", "reset", "lost_acknowledge", "silent"], at: shop)
    }
}
