import Testing

@testable import Simulation

struct CurveTelegramTests {
    private func started(samples: Int = 2_000) -> ControllerClient {
        var settings = ControllerSettings()
        settings.samples = samples
        var client = ControllerClient(settings)
        _ = client.say(1)
        return client
    }

    /// Extra data of table 210.
    private func extra(_ alternative: Int, from index: Int = 0, traces: [Int]) -> String {
        let blank = String(repeating: " ", count: 19)
        let number = String(decoding: FieldWriter.digits(index, 10), as: UTF8.self)
        let count = String(decoding: FieldWriter.digits(traces.count, 2), as: UTF8.self)
        let each = traces.map { String(decoding: FieldWriter.digits($0, 3), as: UTF8.self) }.joined()
        let data = "\(alternative)\(blank)\(number)\(count)\(each)"
        return "0900001\(data.utf8.count)\(data)"
    }

    /// Bytes of every telegram that goes out.
    private func sent(_ client: inout ControllerClient) throws -> [[UInt8]] {
        try client.controller.perform(.rundown(.ok), at: client.now)
        return client.controller.takeOutputs().compactMap {
            if case .send(_, let bytes) = $0 { bytes } else { nil }
        }
    }

    @Test func aCurveIsLaidOutAsItsTable() throws {
        var client = started(samples: 500)
        #expect(client.say(8, 1, extra(0, traces: [2])) == ["00240005            0900"])
        let curve = try #require(try sent(&client).first)
        let head = "0000000001" + "2026-11-21:09:20:00" + "000" + "02" + "01" + "001" + "001"
        let coefficient = "02213" + "003" + "01" + "000" + "0000" + "100"
        let resolution = "001" + "00000" + "00499" + "008" + "03" + "200" + "0.002000"
        let data = head + coefficient + resolution + "00500"
        #expect(curve.dropFirst(20).starts(with: Array((data + "\0").utf8)))
        #expect(curve.count == 20 + data.utf8.count + 1 + 1_000 + 1 && curve.last == 0)
        let length = FieldReader.number(curve[0..<4])
        #expect(length == curve.count - 1, "the length counts the NUL inside, not the one behind")
    }

    @Test func theGreatestSampleIsTheTorqueOfTheResult() throws {
        var client = started()
        _ = client.say(8, 1, extra(0, traces: [2]))
        let curve = try #require(try sent(&client).first)
        let binary = Array(curve.dropLast().suffix(4_000))
        let samples = (0..<2_000).map { Int(binary[$0 * 2]) << 8 | Int(binary[$0 * 2 + 1]) }
        #expect(samples.max() == client.controller.results.first?.first.torque)
        let truth = client.controller.truth.json(after: 0)
        let result = try #require(client.controller.results.first)
        #expect("\(truth)".contains(CurveTelegram.hash(of: result.rundown, samples: 2_000)))
    }

    @Test func bothTracesComeOneAfterTheOther() throws {
        var client = started()
        _ = client.say(8, 1, extra(0, traces: [1, 2]))
        #expect(try sent(&client).count == 1)
        #expect(client.say(5, 1, "0900").count == 1, "the second when the first is acknowledged")
        #expect(client.say(5, 1, "0900").isEmpty && client.wait(11).isEmpty)
    }

    @Test func storedCurvesAreSentFromAnIndexOn() throws {
        var client = started()
        for _ in 0..<3 { _ = try client.tighten() }
        let told = client.say(8, 1, extra(1, from: 2, traces: [2]), noAcknowledge: true)
        #expect(told.count == 3)
        #expect(client.say(6, 1, "0900001170000000001002    ").count == 1)
    }

    @Test func aMakeMayNameTheRequestInstead() throws {
        var client = try ControllerClient(make: "gwk")
        _ = client.say(1)
        #expect(client.say(8, 1, "120100100") == ["00260004            000873"])
        #expect(client.say(8, 1, "090000100") == ["00240005            0008"])
        #expect(client.say(9, 1, "090000100") == ["00240005            0009"])
    }

    @Test func whatIsNotOfferedIsRefused() {
        var client = started()
        let refused = { (mid: String, code: String) in ["00260004            \(mid)\(code)"] }
        #expect(client.say(8, 1, "120100100") == refused("1201", "73"))
        #expect(client.say(8, 1, "090000900") == refused("0900", "74"))
        #expect(client.say(8, 1, "09") == refused("0008", "01"))
        #expect(client.say(8, 1, "0900001017") == refused("0900", "01"))
        #expect(client.say(9, 1, "090000100") == refused("0900", "72"))
        #expect(client.say(8, 1, "090000100") == ["00240005            0900"])
        #expect(client.say(8, 1, "090000100") == refused("0900", "71"))
        #expect(client.say(9, 1, "090000100") == ["00240005            0900"])
        #expect(client.say(6, 1, "120100100") == refused("1201", "75"))
        #expect(client.say(6, 1, "090000900") == refused("0900", "76"))
        #expect(client.say(6, 1, "0900001170000000009002    ") == refused("0900", "77"))
    }
}
