import Codecs
import Delivery
import Testing

struct SQLiteSinkTests {
    private let shop: Shop
    private let conformance: SinkConformance

    init() throws {
        let shop = try Shop()
        self.shop = shop
        conformance = SinkConformance(
            open: { try shop.sink() },
            effects: { id in
                try #require(Int(shop.sqlite("SELECT count(*) FROM inspection WHERE id = '\(id)'")))
            })
    }

    @Test func aRecordIsTakenOnceHoweverOftenItComes() async throws {
        try await conformance.aRecordIsTakenOnceHoweverOftenItComes()
        #expect(shop.sqlite("SELECT count(*) FROM result") == "2")
        #expect(shop.sqlite("SELECT count(*) FROM delivery") == "1")
    }

    @Test func anotherContentUnderAKnownIdIsRefusedWithAnAlarm() async throws {
        try await conformance.anotherContentUnderAKnownIdIsRefusedWithAnAlarm()
        #expect(shop.sqlite("SELECT value FROM result WHERE position = 0") == "126.8")
    }

    @Test func whatIsNotThereIsAbsent() async throws { try await conformance.whatIsNotThereIsAbsent() }

    @Test func bytesThatDoNotFitTheirHashAreRefused() async throws {
        _ = await (try shop.sink()).lookUp(id: "", sha256: "")
        try await conformance.bytesThatDoNotFitTheirHashAreRefused()
    }

    @Test func manyAtOnceHaveOneEffectEach() async throws {
        try await conformance.manyAtOnceHaveOneEffectEach()
    }

    @Test func peopleFindEverythingAboutAPartWithOneQuery() async throws {
        let sink = try shop.sink()
        for (id, serial) in [("r1", "SA10197"), ("r2", "SA10198")] {
            _ = await sink.deliver(Shop.parcel(Shop.record(id, serial: serial)))
        }
        #expect(
            shop.sqlite(
                "SELECT serial, part_number, part_result, characteristic, value, unit, lsl, usl, gauge, "
                    + "certificate FROM measurement WHERE serial = 'SA10198' ORDER BY position") == """
                    SA10198|4L0014-163B|PASS|full_load_delivery|126.8|mm3/{stroke}|122|132|FTS-001|C-4711
                    SA10198|4L0014-163B|PASS|leak||||||
                    """)
        #expect(
            shop.sqlite(
                "SELECT reasons ->> 0, inspector, plan, plan_revision FROM inspection WHERE id = 'r1'")
                == #"it's "fine"|1042|cr-injector-flow|4"#)
        #expect(shop.sqlite("SELECT count(*) FROM gauge") == "1")
    }

    @Test func theStoreKeepsTheExactBytesOfTheRecord() async throws {
        let parcel = Shop.parcel(Shop.record("r1"))
        _ = await (try shop.sink()).deliver(parcel)
        #expect(shop.sqlite("SELECT record FROM inspection") == String(decoding: parcel.bytes, as: UTF8.self))
        #expect(shop.sqlite("SELECT sha256 FROM delivery") == parcel.sha256)
    }

    @Test func aNewCertificateIsANewGaugeRowAndChangesNoOldResult() async throws {
        let sink = try shop.sink()
        _ = await sink.deliver(Shop.parcel(Shop.record("r1")))
        _ = await sink.deliver(Shop.parcel(Shop.record("r2", certificate: "C-5000")))
        #expect(
            shop.sqlite(
                "SELECT inspection_id, certificate FROM measurement WHERE gauge = 'FTS-001' ORDER BY 1")
                == "r1|C-4711\nr2|C-5000")
        #expect(shop.sqlite("SELECT count(*) FROM part") == "1")
    }

    @Test(arguments: ["id", "part", "provenance", "result", "schema"])
    func aRecordWithoutWhatTheTablesNeedIsRefusedByName(member: String) async throws {
        guard case .object(var members) = Shop.record("r1") else { return }
        members[member] = nil
        let bytes = CanonicalJSON.bytes(.object(members))
        let whole = Shop.parcel(.object(members))
        let parcel = Parcel(id: "r1", sha256: whole.sha256, bytes: bytes, body: .object(members))
        guard case .refused(let reason, false) = await (try shop.sink()).deliver(parcel) else {
            Issue.record("a record without \(member) was taken")
            return
        }
        #expect(reason.contains(member))
    }

    @Test func aStoreThatCannotBeOpenedIsUnreachableUntilItCan() async throws {
        Shop.run("mkdir '\(shop.store)'")
        let sink = try shop.sink()
        guard case .unreachable(let reason) = await sink.deliver(Shop.parcel(Shop.record("r1"))) else {
            Issue.record("a directory was taken for a database")
            return
        }
        #expect(reason.contains("qms.db"))
        Shop.run("rmdir '\(shop.store)'")
        guard case .delivered = await sink.deliver(Shop.parcel(Shop.record("r1"))) else {
            Issue.record("the store was not opened again")
            return
        }
    }

    @Test func afterClosingTheStoreIsOneFile() async throws {
        let sink = try shop.sink()
        _ = await sink.deliver(Shop.parcel(Shop.record("r1")))
        try await sink.close()
        #expect(Shop.run("ls '\(shop.path)'") == "qms.db\n")
        #expect(shop.sqlite("PRAGMA integrity_check") == "ok")
    }
}
