import Codecs
import Foundation
import Testing

/// Torque testers that say a line for each test, each at the end of a serial line of its own.
@Suite(.serialized) struct TorqueTesterTests {
    private static let makes = ["norbar-ttt", "vibrac-2100", "csv-torque-tool"]
    private static let plan = """
        plan: testers
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "080 Residual torque"
        cycle: {start: scan, timeout: 60 s, retest: 1}
        steps:
          - {id: one, title: "Test with the first", complete: norbar.cycle}
          - {id: two, title: "Test with the second", complete: vibrac.cycle}
          - {id: three, title: "Test with the third", complete: csv.cycle}
        characteristics:
          - {id: one_torque, step: one, unit: N.m, lsl: "25", usl: "30", from: norbar.torque,
             resolution: "0.01"}
          - {id: two_torque, step: two, unit: "[lbf_av].[in_i]", lsl: "220", usl: "266", from: vibrac.torque}
          - {id: three_torque, step: three, unit: N.m, lsl: "25", usl: "30", from: csv.torque,
             resolution: "0.01"}
          - {id: three_verdict, step: three, from: csv.verdict, equals: OK}

        """

    @Test func eachMakesLineIsTheResultOfItsStep() async throws {
        let shop = try Shop(technician: false)
        let lines = shop.folder.path + "/sim"
        let tools = Self.makes.map { make in
            let role = String(make.prefix { $0 != "-" })
            return Gauge(
                id: "TT-\(role)", role: role, simulated: "model: \(make), pty: \(lines)/\(role)",
                profile: make, link: "serial://\(lines)/\(role)?baud=9600")
        }
        try shop.furnish("testers", tools, plan: Self.plan)
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        for tool in tools { try await shop.expectScanner(tool.id, "online") }
        for (serial, torque, verdict) in [("SA10197", 2_750, "PASS"), ("SA10198", 3_120, "FAIL")] {
            try shop.scan(Shop.mark(serial))
            for (index, tool) in tools.enumerated() {
                try await shop.expectStation("\(serial) waits for \(tool.role)") {
                    $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
                        && $0["step"]?["index"] == .number(Int64(index + 1))
                }
                try shop.control(
                    "/tighten",
                    ["device": .string(tool.id), "torque_cNm": .number(Int64(torque)), "angle": 45])
            }
            try await shop.expectStation("\(serial) is decided") {
                $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == verdict
            }
        }
        let values = try await shop.records().map { record in
            record["results"]?.elements.map { $0["value"]?.text ?? "-" } ?? []
        }
        // 27.5 N·m are 243.40 lbf·in, and 31.2 are 276.14.
        #expect(
            values == [["27.50", "243.40", "27.50", "OK"], ["31.20", "276.14", "31.20", "NOK"]], "\(values)")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }
}
