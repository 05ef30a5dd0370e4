import Codecs
import Foundation
import Testing

/// A disk that fills while parts are inspected: inspecting stops in time, says so, and goes on by itself.
@Suite(.timeLimit(.minutes(10))) struct FullDiskTests {
    /// Runs the gateway on a disk of 40 MiB; on request fills it up to 6 MiB, and empties it again. Such a
    /// disk only its own processes see: it is filled and read from within.
    private static let smallDisk = """
        mkdir -p "$3" && mount -t tmpfs -o size=40m none "$3" || exit 99
        "$1" run --config "$2" --data "$3" & gateway=$!
        trap 'kill $gateway' TERM
        while kill -0 $gateway 2>/dev/null; do
            if [ -e fill ]; then
                rm fill
                head -c $(( ($(df --output=avail -k "$3" | tail -1) - 6144) * 1024 )) /dev/zero > "$3/ballast"
            fi
            if [ -e free ]; then rm free "$3/ballast"; fi
            sleep 0.1
        done
        wait $gateway; echo "gateway ended with $?"
        cp -a "$3" after
        """

    private static func mayMount(_ shop: Shop) async throws -> Bool {
        try await Program.run("unshare", ["-rm", "true"], in: shop.folder, within: 120).code == 0
    }

    private func status(_ shop: Shop) throws -> JSONValue {
        try JSONParser.parse(try HTTP.get(port: shop.ports.web, "/api/v1/status"))
    }

    @Test func inspectingStopsInTimeAndGoesOnOnceThereIsRoom() async throws {
        let shop = try Shop(technician: false)
        // Containers may not mount; what is decided is shown by LedgerKeeperTests with figures.
        guard try await Self.mayMount(shop) else { return }
        try shop.shortenPlan()
        try await shop.startSimulator()
        try shop.write("small.sh", Self.smallDisk)
        let arguments = ["small.sh", Program.folder.path + "/plumbline", shop.configuration, shop.data]
        let script = try Program("unshare", ["-rm", "sh"] + arguments, in: shop.folder, log: "small")
        let isReady = await Deadline.wait(Deadline.usual) { script.errorText.contains("station page:") }
        try #require(isReady, "\(script.outputText) \(script.errorText)")
        try await shop.signIn()
        try await shop.bring("SA10700")

        try shop.write("fill", "")
        try await shop.expectStation("it says that the disk is full") {
            Shop.blockage($0)?.contains("disk is full") == true
        }
        #expect(script.process.isRunning, "\(script.errorText)")
        try await expectSaid(shop)
        // No scan begins anything. This tool cannot be locked; how one is, SuspensionTests show.
        try shop.scan(Shop.mark("SA10701"))
        try await shop.expectStation("the scan is refused") { $0["refusal"]?["code"] == "not_recording" }

        try shop.write("free", "")
        try await shop.expectStation("the part goes on") {
            $0["part"]?["serial"]?.text == "SA10700" && $0["state"] != "blocked" && $0["refusal"] == .null
        }
        try await shop.expectDevice("TW-025", shows: "waiting")
        try shop.tighten()
        // What the tool says of a tightening after it was stopped is the tool's: there is a record of it.
        try await shop.expectStation(within: 60, "the part is decided and recorded") {
            $0["verdict"]?.text != nil
        }

        try await expectKept(shop, script)
    }

    private func expectSaid(_ shop: Shop) async throws {
        let isSaid = try await Deadline.wait(Deadline.usual) {
            let told = try status(shop)
            let health = try JSONParser.parse(try HTTP.get(port: shop.ports.web, "/healthz"))
            return told["ledger"]?["disk"]?["recording"] == .bool(false) && health["status"] == "degraded"
                && (told["alarms"]?.elements ?? []).contains {
                    $0["text"]?.text?.contains("has stopped") == true
                }
        }
        let told = CanonicalJSON.text(try status(shop))
        #expect(isSaid, "\(told)")
    }

    private func expectKept(_ shop: Shop, _ script: Program) async throws {
        script.send(SIGTERM)
        #expect(await script.end(within: Deadline.usual) != nil)
        shop.data = shop.folder.path + "/after"
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(try await shop.records().count == 1)
        #expect(try await shop.audit("disk.full").count == 1)
        #expect(try await !shop.audit("disk.freed").isEmpty)
    }
}
