import Codecs
import Testing

@testable import Simulation

struct KralMeterTests {
    private func meter() -> KralMeter {
        KralMeter(
            id: "FM",
            settings: .init(totalUnit: 5, rateUnit: 23, temperatureUnit: 1, decimals: 2), totalA1: 90_270)
    }

    private func answer(_ request: String, _ meter: inout KralMeter) throws -> String? {
        let bytes = try #require(Hex.bytes(request))
        return ModbusServer.reply(to: bytes[...], from: &meter, at: .zero).map(Hex.text)
    }

    @Test func totalsAreTheManualsExample() throws {
        var meter = meter()
        #expect(try answer("0341000002", &meter) == "03040001609e")
    }

    @Test func unitsAndDecimalsAreThoseOfTheKeypad() throws {
        var meter = meter()
        #expect(try answer("0340150003", &meter) == "0306000500170001")
        #expect(try answer("0341860001", &meter) == "03020002")
        meter.settings.decimals = 1
        #expect(try answer("0341860001", &meter) == "03020001")
    }

    @Test func sixtyFourWordsAreTheMost() throws {
        var meter = meter()
        #expect(try answer("0341000041", &meter) == "8303")
    }

    @Test(arguments: ["0340100001", "0341080001", "0341000009", "03400a0002"])
    func nothingStandsOutsideTheMap(request: String) throws {
        var meter = meter()
        #expect(try answer(request, &meter) == "8302")
    }

    @Test func onlyTwoFunctionsAreKnown() throws {
        var meter = meter()
        #expect(try answer("0441000002", &meter) == "8401")
        #expect(try answer("0141000002", &meter) == "8101")
    }

    /// The manual's reset of total 1.
    @Test func aTotalIsReset() throws {
        var meter = meter()
        meter.measure(flow: 60, at: .zero)
        meter.measure(flow: 0, at: .seconds(36_000))
        #expect(try answer("0340020002", &meter) != "030400000000")
        #expect(try answer("10400200020400000000", &meter) == "1040020002")
        #expect(try answer("0340020002", &meter) == "030400000000")
        #expect(try answer("1040060002040000 0000", &meter) == "9002")
    }

    @Test func theRateIsWhatFlowsAtTheSetDecimals() throws {
        var meter = meter()
        meter.measure(flow: 30, at: .zero)
        let words = try meter.words(.holding, 0x4006..<0x4008, at: .zero)
        #expect(words[0] == 0 && (2990...3010).contains(words[1]))
        meter.settings.rateUnit = 3
        let litresAnHour = try meter.words(.holding, 0x4006..<0x4008, at: .zero)
        #expect((179...181).contains(litresAnHour[1]))
    }
}
