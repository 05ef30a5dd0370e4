/// What a simulated leak tester is set to.
package struct LeakTest: Sendable, Equatable {
    /// How a test ends.
    package enum Outcome: String, Sendable, CaseIterable {
        case pass, fail, salvage
    }

    /// How long a test takes.
    package let duration: ShopTime
    /// How long status bits say that it has ended.
    package let pulse: ShopTime
    /// Outcomes of its tests, gone through again and again; not empty.
    package let outcomes: [Outcome]

    package init(duration: ShopTime, pulse: ShopTime, outcomes: [Outcome]) {
        (self.duration, self.pulse) = (duration, pulse)
        self.outcomes = outcomes.isEmpty ? [.pass] : outcomes
    }

    /// How test `number`, from 1, ends.
    func outcome(of number: Int) -> Outcome { outcomes[(max(1, number) - 1) % outcomes.count] }
}
