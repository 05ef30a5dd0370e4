import Codecs
import Foundation
import Testing

/// The simulated Open Protocol controllers before a client in Python, written from the byte tables alone.
@Suite(.serialized) struct TorqueControllerTests {
    private static let scenario = """
        scenario: torque
        seed: 7
        devices:
          TW-1: {model: open-protocol, link: "openprotocol://127.0.0.1:0", locked: true, torque_min: "25.009"}
          TW-2: {model: open-protocol, link: "openprotocol://127.0.0.1:0", quirks: ghm}
          TW-3: {model: open-protocol, link: "openprotocol://127.0.0.1:0", quirks: link-level}

        """

    @Test func whatAClientHearsIsWhatTheToolsDid() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("plumbline-torque-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.scenario.write(
            to: folder.appendingPathComponent("torque.yaml"), atomically: true, encoding: .utf8)
        let simulator = try Program(
            "plumbline-sim", ["run", "torque.yaml", "--control", "127.0.0.1:0"], in: folder)
        #expect(await Deadline.wait(Deadline.usual) { simulator.outputText.contains("control=") })
        let ready = simulator.outputText.split(whereSeparator: \.isWhitespace).dropFirst(2)
        let places = ready.map { $0.split(separator: "=").map(String.init) }.filter { $0.count == 2 }
        let control = try #require(places.first { $0[0] == "control" }?[1])
        let ports = places.filter { $0[0] != "control" }
            .map { "\($0[0])=\($0[1].split(separator: ":").last ?? "")" }
        let seen = try await Program.judge("torque_judge.py", [control] + ports, in: folder)
        #expect(
            seen == [
                "results": 49, "results_999": 7, "samples": 2_000, "numbered": 120, "unacknowledged": 1,
            ])
        simulator.send(SIGTERM)
        #expect(await simulator.end(within: Deadline.usual) == 0)
    }
}
