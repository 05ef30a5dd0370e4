import Testing

@testable import Simulation

struct RundownTests {
    private let rundown = Rundown(torque: 27.42, angle: 45, freeAngle: 720, isLoosening: false, seed: 3)

    @Test func theGreatestTorqueIsTheResult() {
        let torque = rundown.torqueSamples(2_000)
        #expect(torque.count == 2_000 && torque.max() == 27.42 && torque.allSatisfy { $0 >= 0 })
        #expect(torque.count { $0 == 27.42 } == 1, "one peak")
    }

    @Test func aRundownRunsFreeRisesOvershootsAndRelaxes() throws {
        let torque = rundown.torqueSamples(2_000)
        let angle = rundown.angleSamples(2_000)
        let peak = try #require(torque.firstIndex(of: 27.42))
        #expect(torque[100..<700].allSatisfy { $0 < 2 }, "turning freely")
        #expect(torque[peak + 150] < 27.42 * 0.985 && torque[peak + 150] > 27.42 * 0.93, "relaxed")
        #expect(torque[1_999] < 1, "the tool is taken away")
        #expect(angle[0] == 0 && abs(angle[peak] - 765) < 0.5)
        #expect(zip(angle[..<peak], angle[1...peak]).allSatisfy { $0 <= $1 + 1e-9 }, "never backwards")
        #expect(angle[peak + 200] < angle[peak], "it springs back a little")
    }

    /// From the snug point the torque follows the angle: the least-squares line explains nearly all of it.
    @Test func theSlopeIsElastic() {
        let (torque, angle) = (rundown.torqueSamples(2_000), rundown.angleSamples(2_000))
        let points = (820..<1_630).map { (angle[$0], torque[$0]) }
        let count = Double(points.count)
        let mean = (points.map(\.0).reduce(0, +) / count, points.map(\.1).reduce(0, +) / count)
        let products = points.map { ($0.0 - mean.0) * ($0.1 - mean.1) }.reduce(0, +)
        let squares = points.map { ($0.0 - mean.0) * ($0.0 - mean.0) }.reduce(0, +)
        let total = points.map { ($0.1 - mean.1) * ($0.1 - mean.1) }.reduce(0, +)
        #expect(products * products / (squares * total) > 0.99)
    }

    @Test func theSameScrewGivesTheSameCurveAndAnotherAnother() {
        #expect(rundown.torqueSamples(500) == rundown.torqueSamples(500))
        let other = Rundown(torque: 27.42, angle: 45, freeAngle: 720, isLoosening: false, seed: 4)
        #expect(rundown.torqueSamples(500) != other.torqueSamples(500))
    }

    @Test func looseningTurnsBackwards() {
        let loosened = Rundown(torque: 20, angle: 40, freeAngle: 900, isLoosening: true, seed: 1)
        #expect(loosened.torqueSamples(100).min() == -20 && loosened.angleSamples(100).last ?? 0 < -900)
    }
}
