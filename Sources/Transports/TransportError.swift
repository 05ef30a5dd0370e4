/// A link that cannot be used as asked: what, where and what to do.
package struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The link, device or setting that it is about.
    package let place: String
    package let what: String
    /// What a person can do about it.
    package let remedy: String

    package init(_ place: String, _ what: String, remedy: String) {
        (self.place, self.what, self.remedy) = (place, what, remedy)
    }

    package var description: String { "\(place): \(what): \(remedy)" }
}
