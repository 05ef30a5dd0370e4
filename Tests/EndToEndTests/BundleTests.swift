import Codecs
import Foundation
import Testing

/// A part's whole history in one file, made in a shop and checked where there is no ledger.
@Suite(.serialized) struct BundleTests {
    private static let name = "SA10197.bundle.json"

    /// A shop in which `SA10197` was inspected, and the bundle of it.
    private func shopWithBundle() async throws -> Shop {
        let shop = try Shop(technician: true)
        try await shop.startSimulator(parts: 2)
        try await shop.startGateway()
        #expect(await shop.simulator?.end(within: 120) == 0, "\(shop.simulator?.errorText ?? "")")
        let isDelivered = try await Deadline.wait(20) {
            try JSONParser.parse(try HTTP.get(port: shop.ports.web, "/api/v1/status"))["queue"] == 0
        }
        #expect(isDelivered)
        // While the gateway runs: the next checkpoint is waited for.
        let made = try await shop.plumbline([
            "ledger", "reconstruct", "SA10197", "--out", Self.name, "--html",
        ])
        #expect(made.code == 0, "\(made.errors)")
        #expect(await shop.stopGateway() == 0)
        return shop
    }

    /// A folder with nothing in it but the named files of the shop.
    private func elsewhere(_ shop: Shop, _ files: [String]) throws -> URL {
        let folder = shop.folder.appendingPathComponent("elsewhere-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for file in files {
            let target = folder.appendingPathComponent(URL(fileURLWithPath: file).lastPathComponent)
            try FileManager.default.copyItem(at: shop.folder.appendingPathComponent(file), to: target)
        }
        return folder
    }

    @Test func aPartIsProvedWhereThereIsNoLedger() async throws {
        let shop = try await shopWithBundle()
        let folder = try elsewhere(shop, [Self.name, "data/ledger.pub"])
        let verified = try await Program.run(
            "plumbline", ["ledger", "verify", Self.name, "--key", "ledger.pub"], in: folder)
        #expect(verified.code == 0, "\(verified.output)\(verified.errors)")
        #expect(verified.output.hasPrefix("the bundle verifies: part SA10197"))
        #expect(verified.output.contains("not proved:"))
        let alone = try await Program.run("plumbline", ["ledger", "verify", Self.name, "--json"], in: folder)
        let report = try JSONParser.parse(Array(alone.output.utf8))
        #expect(report["sound"] == true)
        #expect(report["unproved"]?.elements.first?.text?.hasPrefix("whose key it is") == true)

        let judges = Program.checkout.path + "/Tests/EndToEndTests/Judges"
        let python = try await Program.run(
            Program.checkout.path + "/.build/venv/bin/python",
            [judges + "/bundle_judge.py", Self.name, "ledger.pub"], in: folder)
        #expect(python.code == 0, "\(python.output)\(python.errors)")
        let go = try await Program.run(
            "env",
            [
                "GO111MODULE=off", "GOPATH=/usr/share/gocode", "go", "run", judges + "/proof_judge.go",
                "bundle", Self.name, "ledger.pub",
            ], in: folder)
        #expect(go.code == 0, "\(go.errors)")
        #expect(go.output.hasSuffix("plumbline/plant-1/bench-pc-07\n"), "\(go.output)")
    }

    /// The lines that docs/ledger.md tells people to type, with Debian's tools only.
    @Test func thePageTellsHowToCheckItWithoutUs() async throws {
        let shop = try await shopWithBundle()
        let folder = try elsewhere(shop, [Self.name, "data/ledger.pub"])
        try FileManager.default.moveItem(
            at: folder.appendingPathComponent(Self.name), to: folder.appendingPathComponent("bundle.json"))
        let page = try String(
            contentsOf: Program.checkout.appendingPathComponent("docs/ledger.md"), encoding: .utf8)
        let chapter = try #require(page.split(separator: "## Check a bundle without our program").last)
        let lines = try #require(chapter.split(separator: "```sh\n").dropFirst().first)
        let script = try #require(lines.split(separator: "```\n").first)
        try String(script).write(
            to: folder.appendingPathComponent("check.sh"), atomically: true, encoding: .utf8)
        let checked = try await Program.run("sh", ["-e", "check.sh"], in: folder)
        #expect(checked.code == 0, "\(checked.errors)")
        #expect(checked.output.hasPrefix("Verified OK\nVerified OK\n"), "\(checked.output)")
        #expect(checked.output.contains("entries are in the ledger plumbline/plant-1/bench-pc-07"))

        let file = folder.appendingPathComponent("bundle.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacingOccurrences(of: "27.04", with: "27.05")
            .replacingOccurrences(of: "PASS", with: "FAIL")
            .write(to: file, atomically: true, encoding: .utf8)
        #expect(try await Program.run("sh", ["-e", "check.sh"], in: folder).code != 0)
    }

    @Test func whatWasChangedOrForgedEndsWithFive() async throws {
        let shop = try await shopWithBundle()
        let folder = try elsewhere(shop, [Self.name, "data/ledger.pub"])
        let file = folder.appendingPathComponent(Self.name)
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacingOccurrences(of: "27.04", with: "27.05")
            .replacingOccurrences(of: "PASS", with: "FAIL").write(to: file, atomically: true, encoding: .utf8)
        let changed = try await Program.run("plumbline", ["ledger", "verify", Self.name], in: folder)
        #expect(changed.code == 5)
        #expect(changed.output.contains("it was changed afterwards"), "\(changed.output)")

        // A key of somebody else's.
        _ = try await Program.run("plumbline", ["sign", "--new-key", "other"], in: folder)
        try text.write(to: file, atomically: true, encoding: .utf8)
        let foreign = try await Program.run(
            "plumbline", ["ledger", "verify", Self.name, "--key", "other.pub"], in: folder)
        #expect(foreign.code == 5)
        #expect(foreign.output.contains("another key"), "\(foreign.output)")
    }

    @Test func commandsSayWhatIsWrong() async throws {
        let shop = try await shopWithBundle()
        let unknown = try await shop.plumbline(["ledger", "reconstruct", "SA99999"])
        #expect(unknown.code == 1)
        #expect(unknown.errors.contains("knows no part SA99999"))
        let again = try await shop.plumbline(["ledger", "reconstruct", "SA10197", "--out", Self.name])
        #expect(again.code == 74)
        #expect(again.errors.contains("is there already"))
        let absent = try await shop.plumbline(["ledger", "verify", "absent.json"])
        #expect(absent.code == 74)
        let noKey = try await shop.plumbline(["ledger", "verify", Self.name, "--key", "gateway.yaml"])
        #expect(noKey.code == 64)
        _ = try await Program.run("truncate", ["-s", "65M", "huge.json"], in: shop.folder)
        let huge = try await shop.plumbline(["ledger", "verify", "huge.json"])
        #expect(huge.code == 5)
        #expect(huge.errors.contains("longer than"))
        let piped = try await shop.plumbline(["ledger", "reconstruct", "SA10197"])
        #expect(piped.code == 0)
        #expect(piped.output.hasPrefix(#"{"content":{"checkpoint":"plumbline/plant-1/"#))
        let page = try String(
            contentsOf: shop.folder.appendingPathComponent(Self.name + ".html"), encoding: .utf8)
        #expect(try JSONParser.parse(piped.output)["content"]?["story"]?.text?.count == page.count)
        #expect(page.contains("Tighten the nozzle nut"))
    }
}
