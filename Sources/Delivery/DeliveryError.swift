/// What went wrong on the way to a sink: what, where, and what to do about it.
package struct DeliveryError: Error, Sendable, Equatable, CustomStringConvertible {
    package let what: String
    /// The sink's file or address, or the member of the record.
    package let place: String
    package let remedy: String

    package init(what: String, place: String, remedy: String) {
        (self.what, self.place, self.remedy) = (what, place, remedy)
    }

    package var description: String { "\(place): \(what): \(remedy)" }
}
