package import Codecs
package import Inspection

/// Where a device says who it is: in objects of function 43/14, in registers, or in both.
package struct IdentityRule: Sendable, Equatable {
    /// Where one part of the identity stands.
    package enum Source: Sendable, Equatable {
        case point(String)
        /// An object of Read Device Identification (Application Protocol V1.1b3, section 6.21).
        case object(UInt8)
    }

    /// What is asked by function 43/14; nil where the device does not know it.
    package let modbus: ModbusIdentificationCode?
    package let sources: [DeviceIdentity.Part: Source]

    package init(modbus: ModbusIdentificationCode?, sources: [DeviceIdentity.Part: Source]) {
        (self.modbus, self.sources) = (modbus, sources)
    }

    /// The points that belong to it.
    package var points: Set<String> {
        Set(
            sources.values.compactMap { source in
                guard case .point(let id) = source else { return nil }
                return id
            })
    }
}

/// Reads the `identity:` of a profile.
///
/// ```yaml
/// identity: {modbus: extended, serial: 0x80}
/// identity: {serial: serial_number, firmware: software, hardware: hardware}
/// ```
struct IdentityRuleReader {
    let identity: YAMLMapping
    let points: [DevicePoint]

    private enum Level: String, CaseIterable {
        case basic, regular, extended

        var code: ModbusIdentificationCode {
            switch self {
            case .basic: .basic
            case .regular: .regular
            case .extended: .extended
            }
        }

        /// Whether the objects of this level have `id`; 7 to 0x7F are reserved.
        func holds(_ id: UInt8) -> Bool {
            switch self {
            case .basic: id <= 2
            case .regular: id <= 6
            case .extended: id <= 6 || id >= 0x80
            }
        }
    }

    /// The rule of the profile `top`; nil where it has none, and after noting what is wrong.
    static func read(_ top: YAMLMapping, points: [DevicePoint]) -> IdentityRule? {
        top.mapping("identity", "an identity").flatMap { mapping in
            defer { mapping.finish() }
            return IdentityRuleReader(identity: mapping, points: points).read()
        }
    }

    /// The rule; nil after noting what is wrong.
    private func read() -> IdentityRule? {
        let before = identity.faults.count
        let level: Level? = identity.optional("modbus", .choice)
        var sources: [DeviceIdentity.Part: IdentityRule.Source] = [:]
        // Every device that knows the function tells these three (V1.1b3, section 6.21).
        if level != nil { sources = [.vendor: .object(0), .product: .object(1), .firmware: .object(2)] }
        for part in DeviceIdentity.Part.allCases {
            guard let node = identity.node(part.rawValue) else { continue }
            sources[part] = source(part.rawValue, node, level)
        }
        if level == nil, !DeviceIdentity.Part.allCases.contains(where: { identity.has($0.rawValue) }),
            identity.faults.count == before
        {
            identity.faults.fault(
                identity.place, "the identity tells nothing", "add `modbus: basic`, or `serial: POINT`")
        }
        guard identity.faults.count == before else { return nil }
        return IdentityRule(modbus: level?.code, sources: sources)
    }

    private func source(_ key: String, _ node: YAMLNode, _ level: Level?) -> IdentityRule.Source? {
        if case .scalar(let text, false) = node.content, text.first?.isNumber == true {
            return YAMLForm<Int>.integer(0...255).read(node, identity.faults).flatMap {
                object(key, UInt8($0), level)
            }
        }
        guard let id = YAMLForm<String>.name.read(node, identity.faults) else { return nil }
        guard let point = points.first(where: { $0.id == id }) else {
            identity.faults.missing(
                id, among: points.map(\.id), identity.place(of: key),
                "point \(Wording.quoted(id)) does not exist")
            return nil
        }
        guard point.access.reads, !point.clearsOnRead, point.moment != .onDemand else {
            identity.fault(
                key, "point \(Wording.quoted(id)) is not read by itself",
                "name one that is polled or read on_connect")
            return nil
        }
        return .point(id)
    }

    private func object(_ key: String, _ id: UInt8, _ level: Level?) -> IdentityRule.Source? {
        guard let level else {
            identity.fault(
                key, "\(id) is an object of function 43/14, and nothing says that the device knows it",
                "add `modbus: basic`, `regular` or `extended`, or name a point")
            return nil
        }
        guard level.holds(id) else {
            identity.fault(
                key, "object \(id) is not among those of `modbus: \(level.rawValue)`",
                "basic has 0 to 2, regular 0 to 6, extended also 0x80 to 0xFF")
            return nil
        }
        return .object(id)
    }
}
