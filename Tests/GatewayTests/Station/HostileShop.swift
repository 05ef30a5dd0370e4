import Codecs
import Glibc
import Inspection
import Judging
import Ledger
import Linux
import Metrology
import Profiles
import Testing
import Transports

@testable import Gateway

/// Stations with a USB scanner each, on one ledger, whose scanners and pages are given hostile scans.
final class HostileShop: Sendable {
    private let folder: ScratchFolder
    private let ledger: LedgerWriter
    private let desks: [Desk]
    private let scansEach: Int
    private let seed: UInt64
    /// Every so many states of a station that its page would get, as the page gets them.
    private let views = Guarded<[[UInt8]]>([])
    private let viewCount = Guarded(0)
    /// Lines of what was sent: station, kind, source, symbology, bytes in hexadecimal; a star marks what the
    /// debounce takes for the reading before it.
    private let sent = Guarded<[String]>([])

    /// Scans that wait for a station at a time, at most: fewer than its inbox has places.
    private static let batch = 200
    private static let viewsKept = 500
    private static let longestMark = 4_096

    var data: String { folder.path + "/data" }

    /// One station with its scanner.
    private struct Desk: Sendable {
        let rig: StationRig
        let bus: FakeUSBBus
        let scanner: ScannerRunner
        let device: USBDevice
    }

    init(stations: Int, scansEach: Int, seed: UInt64) throws {
        let folder = try ScratchFolder("hostile")
        let ledger = try LedgerWriter(path: folder.path + "/data", origin: "plumbline/plant-1/bench-pc-07")
        let descriptor = open(folder.path + "/log.txt", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        let (views, count) = (views, viewCount)
        let publish: @Sendable (StationView) -> Void = { view in
            let number = count.withLock { count in
                count += 1
                return count
            }
            guard number % 97 == 0 else { return }
            let bytes = CanonicalJSON.bytes(view.json)
            views.withLock { if $0.count < Self.viewsKept { $0.append(bytes) } }
        }
        let (partsInWork, codes) = (PartsInWork(), try Self.codes())
        desks = try (1...stations).map { number in
            let rig = try StationRig(
                "flow-test-\(number)", ledger, partsInWork, codes: codes, parts: nil, folder: folder,
                log: { EventLog(time: $0, on: descriptor) }, publish: publish)
            return try Self.desk(rig, number)
        }
        (self.folder, self.ledger, self.scansEach, self.seed) = (folder, ledger, scansEach, seed)
    }

    private static func desk(_ rig: StationRig, _ number: Int) throws -> Desk {
        let bus = FakeUSBBus()
        let interface = USBInterface(
            number: 0, classCode: 3, subclass: 0, protocolCode: 0, interruptIn: 0x81, packetSize: 64,
            reportDescriptorLength: 60)
        let device = USBDevice(
            id: 1, vendor: 0x0C2E, product: 0x0B6A, port: "1-1", interfaces: [interface], serial: nil)
        bus.plug(
            FakeUSBBus.Plug(
                device: device, serial: nil, reportDescriptors: [0: PointOfSaleScanner.descriptor]))
        let scanner = try ScannerRunner(
            ScannerSamples.configuration("SCAN-\(number)", link: "usb:0c2e:0b6a"),
            try ScannerSamples.profile(
                """
                protocol: hid-pos
                longest_mark: \(longestMark)
                debounce: 1 s
                double_scan: 0 ms
                """), bus: bus, time: rig.clock, stations: [rig.runner.inbox], counters: InspectionCounters(),
            board: ScannerBoard(), log: rig.log)
        return Desk(rig: rig, bus: bus, scanner: scanner, device: device)
    }

    private static func codes() throws -> CodeSet {
        let text = """
            code_set: plant-1
            revision: 2
            codes:
              - PLC1-ABORT-7F3K9Q2M8XWC
              - PLC1-ACK-0V5B6N1C3ZQT
              - PLC1-RETEST-1V5B6N1C3ZQT
              - PLC1-BADGE.1042-2V5B6N1C3ZQT
            """
        let faults = FaultCollector()
        let file = SourceFile(path: "codes.yaml", bytes: Array(text.utf8))
        return try #require(CodeSet.read(file, faults: faults), "\(faults.sorted)")
    }

    /// Sends every scan, and stops the stations as the daemon does, while the last ones still wait.
    func run() async throws {
        let desks = desks
        let supervision = Supervision(
            stations: desks.map(\.rig.runner),
            others: desks.map { desk in SupervisedPart("a scanner") { try await desk.scanner.run() } },
            settle: { for desk in desks { desk.scanner.settle() } })
        let outcome = await supervision.run {
            await withTaskGroup { group in
                for (number, desk) in desks.enumerated() {
                    group.addTask { await self.feed(desk, seed: self.seed &+ UInt64(number)) }
                }
            }
        }
        try outcome.get()
        try await ledger.close()
    }

    private func feed(_ desk: Desk, seed: UInt64) async {
        var random = SplitMix64(seed: seed)
        var before: [UInt8]?
        var lines: [String] = []
        while !desk.scanner.state.isOnline { await Task.yield() }
        for number in 1...scansEach {
            let scan = Self.scan(&random)
            desk.rig.clock.advance(10)
            let label = "\(desk.rig.runner.inbox.name) \(scan.kind.rawValue)"
            let hex = Hex.text(scan.bytes)
            if number % Self.batch == 0 {
                // The page's scans are answered: what is before them was taken too.
                let (answers, tell) = AsyncStream.makeStream(of: Bool.self)
                desk.rig.put(scan.bytes, from: "page") { tell.yield($0) }
                lines.append("\(label) page - \(hex)")
                for await _ in answers { break }
                continue
            }
            let symbology =
                ["", "", "", "]d1", "]d2", "]C0", "]C1", "]Q3", "]\u{1B}[", "x"]
                .randomElement(using: &random) ?? ""
            // A mark that is too long is a misreading, and none that could come again.
            let isMark = scan.bytes.count <= Self.longestMark
            let isRepeat = isMark && before == scan.bytes
            if isMark { before = scan.bytes }
            let shown = AIMIdentifier(Array(symbology.utf8)) == nil ? "-" : symbology
            lines.append("\(label) \(desk.scanner.configuration.id)\(isRepeat ? "*" : "") \(shown) \(hex)")
            for report in PointOfSaleScanner.reports(scan.bytes, aim: symbology) {
                desk.bus.send(report, from: desk.device, at: desk.rig.clock.now())
            }
        }
        sent.withLock { $0 += lines }
    }

    /// A scan that is not empty, of any kind; symbols as full as they can be come one in three hundred.
    private static func scan(_ random: inout SplitMix64) -> HostileScan {
        let kinds = HostileScan.Kind.allCases.filter { $0 != .full } + [.sound, .sound, .sound]
        let serial = "SA\(Int.random(in: 10_000..<100_000, using: &random))"
        let sound = [
            "[)>\u{1E}06\u{1D}17V98897\u{1D}1P4L0014-163B\u{1D}S\(serial)\u{1E}\u{04}", serial,
            "[)>\u{1E}12\u{1D}MFR 0CVA5\u{1D}SER 674A36458\u{1E}\u{04}", "]d2010950600013435221SA10197",
            "OP:5F1C9A", "OP:000000", "PLC1-ABORT-7F3K9Q2M8XWC", "PLC1-RETEST-1V5B6N1C3ZQT",
            "PLC1-ACK-0V5B6N1C3ZQT", "PLC1-BADGE.1042-2V5B6N1C3ZQT", "$P,Ar", "WO-000123",
        ].map { Array($0.utf8) }
        while true {
            let isFull = Int.random(in: 0..<300, using: &random) == 0
            let kind = isFull ? .full : kinds.randomElement(using: &random) ?? .sound
            let scan = HostileScan(kind, of: sound, using: &random)
            if !scan.bytes.isEmpty { return scan }
        }
    }

    /// Writes what was sent, what was shown and the records as CSV beside the ledger.
    func export() throws {
        let records = try LedgerReader(path: data).records()
        let rows = [RecordCSV.header] + records.flatMap { RecordCSV.rows($0.body) }
        try write("records.csv", Array((rows.joined(separator: "\n") + "\n").utf8))
        try write("sent.txt", Array((sent.withLock { $0 }.joined(separator: "\n") + "\n").utf8))
        try write("views.jsonl", views.withLock { Array($0.joined(separator: [0x0A])) })
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = try #require(fopen(folder.path + "/" + name, "w"))
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
    }

    /// What the judge says of the files, and how it ended.
    func judged() throws -> (status: Int32, text: String) {
        let here = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let judge = "\(here)/Judges/hostile_scans_judge.py"
        let pipe = try #require(
            popen("/usr/bin/env python3 '\(judge)' \(folder.path) \(data)/ledger.db 2>&1", "r"))
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        let text = String(decoding: output.prefix { $0 != 0x0A || output.count > 300 }, as: UTF8.self)
        return (pclose(pipe) >> 8 & 0xFF, text)
    }
}
