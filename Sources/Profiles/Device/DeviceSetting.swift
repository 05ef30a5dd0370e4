package import Metrology

/// One entry of a profile's `setup:`: what a point must say, or it is written.
///
/// ```yaml
/// setup:
///   - {point: scan_list_1, value: "2007"}
/// ```
package struct DeviceSetting: Sendable, Equatable {
    package let point: String
    package let value: PointValue

    package init(point: String, value: PointValue) { (self.point, self.value) = (point, value) }
}

/// Reads one setting.
struct SettingReader {
    let setting: YAMLMapping
    let points: [DevicePoint]

    /// Nil after noting what is wrong.
    func read() -> DeviceSetting? {
        let id = setting.required("point", .name)
        let text = setting.required("value", .text)
        guard let id, let text else { return nil }
        guard let point = points.first(where: { $0.id == id }) else {
            setting.faults.missing(
                id, among: points.map(\.id), setting.place(of: "point"),
                "point \(Wording.quoted(id)) does not exist")
            return nil
        }
        guard point.access.writes, point.isReadBack else {
            setting.fault(
                "point", "point \(Wording.quoted(id)) cannot be compared and written",
                "give it `access: read_write`, or `verify` with a point that shows it")
            return nil
        }
        let number = ExactDecimal(text).map(PointValue.decimal)
        let value = point.quantity == nil ? PointValue.text(text) : number ?? .text(text)
        do {
            try point.checkComparable(try point.words(writing: value))
            return DeviceSetting(point: id, value: value)
        } catch {
            setting.fault("value", "point \(Wording.quoted(id)): \(error.what)", error.remedy)
            return nil
        }
    }
}

extension DevicePoint {
    /// Whether something shows what was written to it.
    package var isReadBack: Bool {
        switch writing.readBack {
        case .itself: access.reads && !clearsOnRead
        case .point: true
        case .none: false
        }
    }
}
