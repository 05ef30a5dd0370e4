internal import Codecs

/// What bodies of entries say about whose they are, and what they name by hash.
///
/// Nothing but the body counts: it is what the ledger's tree covers.
struct PartEntries {
    private let serial: String
    /// Ids of the cycles of the part; a record has that of its cycle.
    private(set) var cycles: Set<String> = []
    /// Ids of the part's records.
    private(set) var records: Set<String> = []

    /// `named` are the entries that name the serial themselves, and maybe others.
    init(serial: String, named: [JSONValue]) {
        self.serial = serial
        for body in named where Self.isSame(Self.serial(in: body), serial) {
            guard Self.isRecord(body) else {
                if let cycle = body["cycle"]?.text { cycles.insert(cycle) }
                continue
            }
            if let id = body["id"]?.text {
                cycles.insert(id)
                records.insert(id)
            }
        }
    }

    /// Whether an entry belongs to the part's history: by its serial number, or by the record, disposition
    /// or cycle that it is about. The starts of the gateway belong to every part's.
    func includes(_ body: JSONValue) -> Bool {
        if let named = Self.serial(in: body) { return Self.isSame(named, serial) }
        if let record = body["record"]?.text { return records.contains(record) }
        return Self.isStart(body)
            || [body["cycle"], body["running_cycle"]].contains { $0?.text.map(cycles.contains) ?? false }
    }

    static func isRecord(_ body: JSONValue) -> Bool { body["schema"]?.text == "plumbline.inspection/1" }
    static func isReceipt(_ body: JSONValue) -> Bool { body["schema"]?.text == "plumbline.receipt/1" }
    /// What people decided of a part after its record.
    static func isDisposition(_ body: JSONValue) -> Bool {
        !isRecord(body) && body["record"]?.text != nil && body["disposition"]?.text != nil
    }
    static func isStart(_ body: JSONValue) -> Bool { body["event"]?.text == "gateway.started" }

    /// SHA-256 of everything that an entry rests on and that a bundle has room for: raw bytes, plan,
    /// profiles; of a start the configuration alone, for the others name people's badges and other parts.
    static func hashes(in body: JSONValue) -> [String] {
        if isStart(body) { return [body["configuration"]?.text].compactMap(\.self) }
        let profiles = (body["results"]?.elements ?? []).map { $0["gauge"]?["profile_sha256"] }
        return ((body["evidence"]?.elements ?? []) + profiles + [body["plan"]?["sha256"]])
            .compactMap { $0?.text }
    }

    private static func serial(in body: JSONValue) -> String? {
        body["part"]?["serial"]?.text ?? body["serial"]?.text
    }

    /// Byte by byte, as SQLite compares: Swift holds texts to be equal that only look the same.
    private static func isSame(_ first: String?, _ second: String) -> Bool {
        first.map { $0.utf8.elementsEqual(second.utf8) } ?? false
    }
}
