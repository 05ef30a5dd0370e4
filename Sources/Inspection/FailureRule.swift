/// What becomes of a step with a result that is no PASS.
package struct FailureRule: Sendable, Equatable {
    /// How often the device may do the same sample once more.
    package let retries: Int
    /// How long somebody who may has to let the cycle go on, in seconds; nil where it goes on by itself.
    package let approvalSeconds: Int?

    /// More tries at one screw than anybody makes: a plan that allows so many says "until it is good".
    package static let mostRetries = 99
    /// The cycle goes on with the step as it is.
    package static let close = FailureRule(retries: 0, approvalSeconds: nil)

    package init(retries: Int, approvalSeconds: Int?) {
        (self.retries, self.approvalSeconds) = (retries, approvalSeconds)
    }
}
