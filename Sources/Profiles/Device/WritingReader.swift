internal import Codecs

/// Reads `writes:` and `verify:` of a point.
struct WritingReader {
    let mapping: YAMLMapping
    /// What `defaults: {writes}` says.
    let usual: DevicePoint.Function

    /// The word by which a profile says that a point is not read back.
    static let unverified = "no"

    func read(_ access: DevicePoint.Access) -> DevicePoint.Writing {
        let function: DevicePoint.Function? = mapping.optional("writes", .choice)
        let verify = mapping.optional("verify", .name)
        for key in ["writes", "verify"] where mapping.has(key) && !access.writes {
            mapping.fault(key, "the point is never written", "add `access: read_write`, or remove `\(key)`")
        }
        let readBack: DevicePoint.ReadBack =
            switch verify {
            case nil: .itself
            case Self.unverified: .none
            case let other?: .point(other)
            }
        return DevicePoint.Writing(function: function ?? usual, readBack: readBack)
    }

    /// Notes a `verify:` that names nothing to read, or a field to be written by a mask that is none.
    static func check(_ point: DevicePoint, among points: [DevicePoint], _ faults: FaultCollector) {
        let name = "point \(Wording.quoted(point.id))"
        if point.writing.function == .mask, point.registerMask == nil || point.table.holdsBits {
            faults.fault(
                point.place,
                "\(name) is no field of one holding register, which is all that a mask write sets",
                "remove `writes: mask`, or give it `bit` or `mask`")
        }
        if point.writing.function == .mask, [.badc, .dcba].contains(point.byteOrder) {
            faults.fault(
                point.place, "\(name) has its bytes swapped, and is written by a mask",
                "give it `byte_order: ABCD` and count its bits as they stand on the wire")
        }
        if point.writing.readBack == .itself, point.isReadBack, point.isDependent {
            faults.fault(
                point.place, "\(name) is written, and what it reads depends on another point",
                "name by `verify` a point that shows it by itself, or write `verify: no`")
        }
        guard case .point(let id) = point.writing.readBack else { return }
        guard let shown = points.first(where: { $0.id == id }) else {
            faults.missing(
                id, among: points.map(\.id), point.place,
                "\(name) refers by `verify` to \(Wording.quoted(id)), which does not exist")
            return
        }
        if !shown.access.reads || shown.clearsOnRead || shown.isDependent {
            faults.fault(
                point.place, "\(name) refers by `verify` to \(Wording.quoted(id)), which cannot be read so",
                "name a point that is read, without `when`, `scale_from` and `unit_from`")
        }
    }
}
