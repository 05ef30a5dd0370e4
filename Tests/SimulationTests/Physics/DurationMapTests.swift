import Testing

@testable import Simulation

struct DurationMapTests {
    private let map = DurationMap()

    @Test(arguments: DurationMap.published.indices)
    func publishedPointsComeOutAsPrinted(index: Int) {
        let point = DurationMap.published[index]
        let delivery = map.delivery(pressure: point.pressure, energising: point.energising)
        #expect(abs(delivery - point.delivery) < 0.001)
    }

    @Test func longerEnergisingNeverDeliversLess() {
        for pressure in stride(from: 10.0, through: 250, by: 7) {
            let deliveries = stride(from: 0.0, through: 4000, by: 25).map {
                map.delivery(pressure: pressure, energising: $0)
            }
            #expect(zip(deliveries, deliveries.dropFirst()).allSatisfy { $0 <= $1 }, "at \(pressure) MPa")
        }
    }

    @Test func higherPressureNeverDeliversLess() {
        for energising in stride(from: 100.0, through: 4000, by: 50) {
            let deliveries = stride(from: 0.0, through: 250, by: 2.5).map {
                map.delivery(pressure: $0, energising: energising)
            }
            #expect(zip(deliveries, deliveries.dropFirst()).allSatisfy { $0 <= $1 }, "at \(energising) µs")
        }
    }

    @Test func nothingIsDeliveredWithoutPressureOrTime() {
        #expect(map.delivery(pressure: 0, energising: 1000) == 0)
        #expect(map.delivery(pressure: 160, energising: 0) == 0)
        #expect(map.delivery(pressure: 160, energising: 50) == 0)
    }
}
