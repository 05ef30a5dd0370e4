import Codecs
import Inspection

/// Who the tool of a controller is, as MID 0041 and the results say, and when it is asked for.
struct ToolWatch: Sendable {
    /// Pause between two questions that alarms give rise to, and between two without any: a result of a low
    /// revision does not say that another tool made it.
    static let pause: Int64 = 10_000_000_000
    static let period: Int64 = 300_000_000_000
    /// Highest revision of MID 0041 that is read here.
    private static let newest = 7
    /// From this revision on a request names the tool by its number, which not every controller takes.
    private static let numbered = 6

    /// Revision of the next question. It stays over connections: a controller has the same as before.
    private(set) var revision = newest
    /// When it is asked for again; nil where the controller does not know.
    private(set) var askAt: Int64?
    private var lastAsked: Int64?
    /// What the controller said of itself.
    private var controller: [DeviceIdentity.Part: String] = [:]
    /// The tool's own, on this connection.
    private var tool: [DeviceIdentity.Part: String] = [:]
    private var facts: [DeviceIdentity.Fact: String] = [:]
    /// The serial number that MID 0041 gave and a later result did not.
    private var contradicted: String?

    /// Who measures, as far as it is known.
    var identity: DeviceIdentity {
        DeviceIdentity(controller.merging(tool) { _, tool in tool }, facts: facts)
    }

    /// A session begins; who is there is not known yet.
    mutating func begin(_ controller: OpenProtocolController) {
        // The controller's serial is not that of the tool, which is what is calibrated.
        let told: [DeviceIdentity.Part: String?] = [
            .firmware: controller.software, .vendor: controller.supplierCode,
        ]
        self.controller = told.compactMapValues(\.self)
        (tool, facts, contradicted, askAt) = ([:], [:], nil, nil)
    }

    /// It may be another one by now, or calibrated anew: it is asked for, though not at each alarm of many.
    mutating func mayHaveChanged(_ now: Int64) {
        askAt = max(now, lastAsked.map { $0 + Self.pause } ?? now)
    }

    mutating func isAsked(_ now: Int64) { (lastAsked, askAt) = (now, now + Self.period) }

    /// The controller does not know the question; an alarm gives rise to another one all the same.
    mutating func isUnknown() { askAt = nil }

    /// The question was refused: whether a lower revision is worth asking for.
    mutating func lower(after refusal: OpenProtocolRefusal?) -> Bool {
        let isData = refusal?.code == 1 && revision >= Self.numbered
        guard revision > 1, refusal?.isRevisionUnsupported ?? true || isData else { return false }
        revision = isData ? Self.numbered - 1 : revision - 1
        return true
    }

    /// MID 0041.
    mutating func told(_ fields: OpenProtocolFields) {
        let serial = fields.text(.toolSerial).map(Self.trimmed)
        // A controller with several tools tells of the first; the results say which one is used.
        if let serial, let contradicted, DeviceIdentity.isSame(serial, contradicted) { return }
        contradicted = nil
        let parts: [DeviceIdentity.Part: String?] = [.serial: serial, .product: fields.text(.toolModel)]
        tool = parts.compactMapValues(\.self)
        let facts: [DeviceIdentity.Fact: String?] = [
            .tightenings: fields.number(.toolTightenings).map(String.init),
            .lastCalibration: fields.text(.lastCalibration),
            .calibrationValue: fields.number(.calibrationValue).map(String.init),
            .lastService: fields.text(.lastService),
            .tighteningsSinceService: fields.number(.tighteningsSinceService).map(String.init),
        ]
        self.facts = facts.compactMapValues(\.self)
    }

    /// A result says which tool made it. Whose identity it has, where that is another than is known; one that
    /// is old, and says nothing about the tool that is there now.
    mutating func made(by serial: String?, isOld: Bool, _ now: Int64) -> DeviceIdentity? {
        guard let serial, let told = DeviceIdentity([.serial: serial])[.serial] else { return nil }
        if let known = identity[.serial], DeviceIdentity.isSame(known, told) { return nil }
        let maker = DeviceIdentity(controller.merging([.serial: told]) { $1 })
        guard !isOld else { return maker }
        if identity[.serial] != nil { mayHaveChanged(now) }
        (contradicted, tool, facts) = (identity[.serial], [.serial: told], [:])
        return maker
    }

    private static func trimmed(_ text: String) -> String { String(text.drop { $0 == " " }) }
}
