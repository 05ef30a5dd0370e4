import Codecs
import Ledger
import Testing

/// What a bundle is made of.
struct EvidenceBundleTests {
    @Test func aBundleHasEveryEntryAboutThePartAndNoOther() async throws {
        let fixture = try await BundleFixture()
        let bundle = try fixture.bundle()
        let told = bundle.leaves.map {
            $0.body["event"]?.text ?? $0.body["disposition"]?.text ?? $0.body["sink"]?.text
                ?? $0.body["result"]?.text
        }
        #expect(
            told == [
                "gateway.started", "cycle.opened", "scan.refused", "result.orphaned", "cycle.step", "PASS",
                "qms", "reject",
            ])
        // Of two starts the second is the one under which the part was inspected.
        #expect(bundle.leaves.map(\.seq) == [2, 4, 5, 7, 8, 9, 10, 11])
        #expect(bundle.deliveries.map { "\($0.sink) \($0.state)" } == ["erp pending", "qms delivered"])
    }

    /// Badges open stations, and other parts are other people's: neither leaves in a bundle.
    @Test func evidenceIsWhatThePartRestsOnAndNoBadge() async throws {
        let fixture = try await BundleFixture()
        let bundle = try fixture.bundle()
        let wanted = [
            BundleFixture.configuration, BundleFixture.plan, BundleFixture.profile, BundleFixture.raw,
        ].map { SHA256Digest.hex(of: $0) }.sorted()
        #expect(bundle.evidence.map(\.sha256) == wanted)
        #expect(bundle.missing == [])
        #expect(!String(decoding: try fixture.file(), as: UTF8.self).contains("SECRET-BADGE"))
    }

    @Test func aBundleIsCanonicalJSONAndReadsBackTheSame() async throws {
        let fixture = try await BundleFixture()
        let bytes = try fixture.file()
        let value = try JSONParser.parse(bytes)
        #expect(CanonicalJSON.bytes(value) == bytes)
        #expect(value["schema"] == "plumbline.bundle/1")
        let content = try #require(value["content"])
        #expect(EvidenceBundle(content: content) == (try fixture.bundle()))
        #expect(try #require(BundleFile(bytes)).bytes == bytes)
    }

    @Test func aSoundBundleVerifiesAndSaysWhatItCannotProve() async throws {
        let fixture = try await BundleFixture()
        let bytes = try fixture.file()
        let public_ = try SigningKey(publicPEM: try fixture.key.publicPEM())
        let trusted = BundleReport(on: bytes, trusted: public_)
        #expect(trusted.mismatches == [])
        #expect((trusted.serial, trusted.origin) == ("SA10197", "plumbline/plant-1/bench-pc-07"))
        #expect(trusted.proved.contains { $0.hasPrefix("8 entries about SA10197, 1 of them") })
        #expect(trusted.proved.contains { $0.hasPrefix("1 receipts") })
        #expect(trusted.unproved.contains { $0.contains("stole") })
        #expect(trusted.unproved.contains { $0.hasPrefix("1 deliveries have no receipt") })
        // No sink has signed anything, and a clock is a clock.
        #expect(trusted.unproved.contains { $0.hasPrefix("that the sinks hold the records") })
        #expect(trusted.unproved.contains { $0.hasPrefix("when it was made: \(BundleFixture.madeAt)") })
        #expect((trusted.proved + [""]).allSatisfy { !$0.contains("at \(BundleFixture.madeAt)") })
        #expect(trusted.isTrusted)
        let alone = BundleReport(on: bytes, trusted: nil)
        #expect(alone.isSound && !alone.isTrusted)
        #expect(alone.unproved.first?.hasPrefix("whose key it is") == true)
        #expect(trusted.unproved.allSatisfy { !$0.hasPrefix("whose key it is") })
    }

    @Test func aPartThatTheLedgerDoesNotKnowHasNoBundle() async throws {
        let fixture = try await BundleFixture()
        #expect(try fixture.reader.bundle(serial: "SA1", madeAt: "", software: nil) == nil)
        // SQLite and the bundle compare bytes: what only looks the same is another serial.
        #expect(try fixture.reader.bundle(serial: "SA10197\u{301}", madeAt: "", software: nil) == nil)
    }

    @Test func anotherKeySignsNoBundleOfThisLedger() async throws {
        let fixture = try await BundleFixture()
        let bundle = try fixture.bundle()
        #expect(throws: LedgerError.self) { try BundleFile(bundle, signedBy: try .generate()) }
    }

    /// A bundle without it would look as if there had never been any.
    @Test func evidenceThatTheLedgerLostMakesNoBundle() async throws {
        let fixture = try await BundleFixture()
        let hash = SHA256Digest.hex(of: BundleFixture.raw)
        _ = fixture.scratch.sqlite(
            "DROP TRIGGER evidence_kept; DELETE FROM evidence WHERE sha256 = '\(hash)'")
        let error = #expect(throws: LedgerError.self) { try fixture.bundle() }
        #expect(error?.kind == .corrupt)
        #expect(error?.what.contains(hash) == true)
    }

    /// A plan's text is named by records and need not be in this ledger.
    @Test func aTextThatTheLedgerDoesNotHaveIsSaid() async throws {
        let fixture = try await BundleFixture()
        let hash = SHA256Digest.hex(of: BundleFixture.plan)
        _ = fixture.scratch.sqlite(
            "DROP TRIGGER evidence_kept; DELETE FROM evidence WHERE sha256 = '\(hash)'")
        let bundle = try fixture.bundle()
        #expect(bundle.missing == [hash])
        let report = BundleReport(on: try BundleFile(bundle, signedBy: fixture.key).bytes, trusted: nil)
        #expect(report.mismatches == [])
        #expect(report.unproved.contains { $0.hasPrefix("1 texts") })
    }

    /// Seen ending the program: no JSON has such a number.
    @Test func attemptsBeyondAllCountingAreDamage() async throws {
        let fixture = try await BundleFixture()
        _ = fixture.scratch.sqlite("UPDATE outbox SET attempts = -9223372036854775808 WHERE sink = 'erp'")
        #expect(#expect(throws: LedgerError.self) { try fixture.bundle() }?.kind == .corrupt)
    }

    @Test func theSearchForAPartUsesIndexesOnly() async throws {
        let fixture = try await BundleFixture()
        let plans = [
            "SELECT body FROM entry WHERE seq IN (SELECT seq FROM part WHERE serial = 'a' ORDER BY seq)",
            "SELECT body FROM entry INDEXED BY entry_gateway_started WHERE kind = 'audit' AND "
                + "instr(body, '\"event\":\"gateway.started\"') > 0 AND seq < 9 ORDER BY seq DESC LIMIT 1",
            "SELECT min(sink) FROM outbox WHERE sink > ''",
        ].map { fixture.scratch.sqlite("EXPLAIN QUERY PLAN \($0)") }
        for plan in plans {
            #expect(!plan.contains("SCAN"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }
}
