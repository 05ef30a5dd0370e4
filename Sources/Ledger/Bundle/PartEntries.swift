internal import Codecs

/// What bodies of entries say about whose they are, and what they name by hash.
///
/// Nothing but the body counts: it is what the ledger's tree covers.
struct PartEntries {
    private let serial: String
    /// Ids of the cycles of the part; a record has that of its cycle.
    private(set) var cycles: Set<ExactText> = []
    /// Ids of the part's records.
    private(set) var records: Set<ExactText> = []

    /// `named` are the entries that name the serial themselves, and maybe others.
    init(serial: String, named: [JSONValue]) {
        self.serial = serial
        for body in named where Self.isSame(Self.serial(in: body), serial) {
            guard Self.isRecord(body) else {
                if let cycle = body["cycle"]?.text { cycles.insert(ExactText(cycle)) }
                continue
            }
            if let id = body["id"]?.text {
                cycles.insert(ExactText(id))
                records.insert(ExactText(id))
            }
        }
    }

    /// Whether an entry belongs to the part's history: by its serial number, or by the record, disposition
    /// or cycle that it is about. The starts of the gateway belong to every part's.
    func includes(_ body: JSONValue) -> Bool {
        if let named = Self.serial(in: body) { return Self.isSame(named, serial) }
        if let record = body["record"]?.text { return records.contains(ExactText(record)) }
        return Self.isStart(body)
            || [body["cycle"], body["running_cycle"]].contains { value in
                value?.text.map { cycles.contains(ExactText($0)) } ?? false
            }
    }

    static func isRecord(_ body: JSONValue) -> Bool { EntryKind(of: body) == .record }
    static func isReceipt(_ body: JSONValue) -> Bool { EntryKind(of: body) == .receipt }
    /// What people decided of a part after its record.
    static func isDisposition(_ body: JSONValue) -> Bool { EntryKind(of: body) == .disposition }
    static func isStart(_ body: JSONValue) -> Bool { body["event"]?.text == "gateway.started" }

    /// SHA-256 of everything that an entry rests on and that a bundle has room for: raw bytes, plan,
    /// profiles; of a start the configuration alone, for the others name people's badges and other parts.
    static func hashes(in body: JSONValue) -> [String] {
        if isStart(body) { return [body["configuration"]?.text].compactMap(\.self) }
        let profiles = (body["results"]?.elements ?? []).map { $0["gauge"]?["profile_sha256"] }
        return evidence(in: body) + (profiles + [body["plan"]?["sha256"]]).compactMap { $0?.text }
    }

    /// SHA-256 of what was written into the ledger together with an entry, and is there as long as it is.
    static func evidence(in body: JSONValue) -> [String] {
        isStart(body) ? [] : (body["evidence"]?.elements ?? []).compactMap(\.text)
    }

    private static func serial(in body: JSONValue) -> String? {
        body["part"]?["serial"]?.text ?? body["serial"]?.text
    }

    /// Byte by byte, as SQLite compares: Swift holds texts to be equal that only look the same.
    private static func isSame(_ first: String?, _ second: String) -> Bool {
        first.map { $0.utf8.elementsEqual(second.utf8) } ?? false
    }
}
