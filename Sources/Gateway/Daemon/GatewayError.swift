/// Why the daemon could not start or had to stop: what, where, and what to do.
package struct GatewayError: Error, Sendable, CustomStringConvertible {
    /// Where the fault lies; the command line chooses its exit code by it.
    package enum Kind: Sendable {
        /// Configuration, profile or plan.
        case configuration
        /// A link or device that cannot be used at all.
        case device
        /// Disk, port, or another thing of the machine.
        case inputOutput
        /// A part of the daemon ended that must not.
        case software
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}
