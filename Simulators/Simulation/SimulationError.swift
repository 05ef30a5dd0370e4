/// Why a simulated shop cannot do what was asked: what, where, and what to do.
package struct SimulationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What sort of failure this is; it decides the exit code.
    package enum Kind: Sendable, Equatable {
        /// The scenario says something that cannot be.
        case scenario
        /// A file, port, pty or socket cannot be had.
        case resource
        /// The device cannot do that, or not now.
        case refused
    }

    package let kind: Kind
    /// The device, file or address concerned.
    package let place: String
    /// What is wrong, and what to do about it.
    package let what: String

    package init(_ kind: Kind, _ place: String, _ what: String) {
        (self.kind, self.place, self.what) = (kind, place, what)
    }

    package var description: String { "\(place): \(what)" }
}
