import Codecs
import Profiles

/// Damaged texts, reports and files on their way through the readers that take them from outside.
enum TextFuzzer {
    /// Lines of serial scanners: none is longer than the framing allows.
    static func lines(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("line")
        var random = FuzzRandom(seed: seed)
        let framing = try? LineFraming(
            prefix: [2], suffixes: [[13, 10]], longest: 64, idleGapNanoseconds: 1_000_000)
        guard let framing else { return tally }
        var framer = LineFramer(framing)
        for index in 0..<inputs {
            tally.inputs += 1
            var bytes: [UInt8] = [2] + Array("4L0014-163B S SA10197".utf8) + [13, 10]
            random.damage(&bytes)
            for line in framer.take(bytes, at: Int64(index) * Int64(random.below(2_000_000))) {
                guard case .whole(let text) = line else { continue }
                tally.intact += 1
                if text.isEmpty || text.count > 64 {
                    tally.find("a line of \(text.count) bytes", bytes, seed: seed)
                }
            }
        }
        return tally
    }

    /// JSON: what is read is written in a form that reads as the same.
    static func json(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("json")
        var random = FuzzRandom(seed: seed)
        let sample = Array(
            #"{"text":"\u00e9\n[)>","list":[1,-2,9007199254740991,true,null],"deep":[[[{}]]]}"#.utf8)
        for _ in 0..<inputs {
            tally.inputs += 1
            var bytes = sample
            random.damage(&bytes)
            guard let value = try? JSONParser.parse(bytes) else { continue }
            tally.intact += 1
            if (try? JSONParser.parse(CanonicalJSON.bytes(value))) != value {
                tally.find("does not read back", bytes, seed: seed)
            }
        }
        return tally
    }

    /// Report descriptors of scanners, and reports under those that are taken.
    static func reports(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("hid")
        var random = FuzzRandom(seed: seed)
        // Access-IS LSR118: length, AIM identifier, 56 data bytes, maker's symbology, whether more follows.
        let descriptor =
            Hex.bytes(
                "058c0902a1010912a1028502150026ff00750895010501093b81029503058c09fb09fc09fd8102953809fe"
                    + "8202010666ff090495018102 8103058c2501750109ff810295078103c0c0") ?? []
        for _ in 0..<inputs {
            tally.inputs += 1
            var bytes = descriptor
            if random.below(4) > 0 { random.damage(&bytes) }
            guard let parsed = try? HIDReportDescriptor(bytes), let layout = try? HIDPOSLayout(parsed) else {
                continue
            }
            tally.intact += 1
            var reader = HIDPOSReader(layout)
            for turn in 0..<4 {
                var report = [UInt8(2)] + random.bytes(63)
                random.damage(&report)
                _ = layout.carriesScan(report)
                _ = try? reader.take(report, at: Int64(turn))
            }
        }
        return tally
    }

    /// Profiles as people mistype them; under each that is still taken, damaged replies are decoded: a value
    /// comes out of a whole reply only.
    static func profiles(_ inputs: Int, seed: UInt64, samples: [[UInt8]]) -> FuzzTally {
        var tally = FuzzTally("profile")
        var random = FuzzRandom(seed: seed)
        guard !samples.isEmpty else { return tally }
        for _ in 0..<inputs {
            tally.inputs += 1
            var bytes = samples[random.below(samples.count)]
            if random.below(3) > 0 { random.damage(&bytes) }
            let faults = FaultCollector()
            let file = SourceFile(path: "fuzz.yaml", bytes: bytes)
            guard let profile = DeviceProfile.read(file, faults: faults) else { continue }
            tally.intact += 1
            for request in profile.registers?.readPlan.requests ?? [] {
                let pdu = random.bytes(random.below(260))
                let data = request.data(ofReply: pdu)
                if data != nil, pdu.count != 2 + Int(pdu[1]) {
                    tally.find("data out of a reply of another length", pdu, seed: seed)
                }
                _ = request.decode(data ?? random.bytes(random.below(8)))
            }
        }
        return tally
    }
}
