/// What a device says it is: on its plate, and to whoever asks by function 43.
package struct Nameplate: Sendable, Equatable {
    package var vendor: String
    package var product: String
    /// Of the firmware: `2.4`.
    package var revision: String
    /// Nil where the device does not tell it.
    package var serial: String?
    /// Product and model name, where the device has them.
    package var name: String?
    package var model: String?

    package init(
        vendor: String, product: String, revision: String, serial: String? = nil, name: String? = nil,
        model: String? = nil
    ) {
        (self.vendor, self.product, self.revision) = (vendor, product, revision)
        (self.serial, self.name, self.model) = (serial, name, model)
    }

    /// The vendor's own object, from 0x80 on, in which these devices tell their serial number.
    static let serialObject: UInt8 = 0x80

    /// Object ids and values, ascending (Application Protocol V1.1b3, section 6.21, table of object ids).
    var objects: [(id: UInt8, value: [UInt8])] {
        let all: [(UInt8, String?)] = [
            (0, vendor), (1, product), (2, revision), (4, name), (5, model), (Self.serialObject, serial),
        ]
        return all.compactMap { id, text in text.map { (id, Array($0.utf8.prefix(200))) } }
    }
}
