import Codecs
import Foundation
import Testing

/// Tools that hands work, at a shop's only station.
extension Shop {
    /// Expects that the tool is locked: whoever pulls its trigger is refused for that, and for nothing else.
    func expectLocked(_ tool: String = "TW-1") throws {
        let refusal = #expect(throws: HTTP.Failure.self) {
            try control("/tighten", ["device": .string(tool), "outcome": "ok"])
        }
        let isLocked = refusal?.description.contains("is locked and does not turn") == true
        #expect(isLocked, "\(tool): \(refusal?.description ?? "it turns")")
    }
}
