import Codecs
import Foundation
import Testing

/// The station page in a real browser, while the shop works.
@Suite(.serialized) struct PageTests {
    @Test(arguments: [(1280, 800), (1920, 1080)])
    func aTechnicianSeesTheVerdictOfTheScannedPart(width: Int, height: Int) async throws {
        let shop = try Shop(technician: true)
        try await shop.startSimulator(parts: 1)
        try await shop.startGateway()
        let seen = try await Program.judge(
            "page_judge.py",
            [
                "http://127.0.0.1:\(shop.ports.web)/", "PASS", shop.folder.path + "/page.png", "\(width)",
                "\(height)",
            ], in: shop.folder)
        #expect(seen["serial"] == "SA10197")
    }
}
