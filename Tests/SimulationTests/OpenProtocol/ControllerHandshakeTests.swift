import Testing

@testable import Simulation

/// The handshakes of section 2.1.2.2, from the controller's side.
struct ControllerHandshakeTests {
    private let stx: UInt8 = 0x02
    private let dle: UInt8 = 0x10
    private let nak: UInt8 = 0x15
    /// 41 10 03 and their exclusive-or, by hand.
    private let block: [UInt8] = [0x41, 0x10, 0x03, 0x52]

    private func at(_ seconds: Double) -> ShopTime { .seconds(seconds) }

    @Test func blocksEndWithTheirCheckCharacter() {
        #expect(ControllerHandshake.closed([0x41]) == block)
        #expect(ControllerHandshake.closed([0x10]) == [0x10, 0x10, 0x10, 0x03, 0x13])
        #expect(ControllerHandshake.opened(block) == .block([0x41]))
        #expect(ControllerHandshake.opened([0x10, 0x10, 0x10, 0x03, 0x13]) == .block([0x10]))
        #expect(ControllerHandshake.opened([0x41, 0x10, 0x03, 0x53]) == .damaged)
        #expect(ControllerHandshake.opened([0x41, 0x10, 0x04]) == .damaged)
        #expect((0..<4).allSatisfy { ControllerHandshake.opened(Array(block.prefix($0))) == .incomplete })
    }

    @Test func aBlockIsSentBetweenTwoAcknowledgements() {
        var line = ControllerHandshake(speed: 1)
        line.send([0x41], at: at(0))
        #expect(line.takeOutputs() == [.write([stx])])
        line.take([dle], at: at(0.1))
        #expect(line.takeOutputs() == [.write(block)])
        line.take([dle], at: at(0.2))
        #expect(line.takeOutputs().isEmpty && line.nextChange == nil)
    }

    @Test func sixTriesAreAll() {
        var line = ControllerHandshake(speed: 1)
        line.send([0x41], at: at(0))
        var said: [ControllerHandshake.Output] = []
        while let due = line.nextChange {
            said += line.takeOutputs()
            line.advance(to: due)
            #expect(due <= at(12))
        }
        said += line.takeOutputs()
        #expect(said == Array(repeating: .write([stx]), count: 6) + [.write([nak])])
    }

    @Test func aRefusedBlockIsSentAgainFromTheStart() {
        var line = ControllerHandshake(speed: 1)
        line.send([0x41], at: at(0))
        line.take([dle, nak, dle, dle], at: at(0.1))
        #expect(line.takeOutputs() == [.write([stx]), .write(block), .write([stx]), .write(block)])
        #expect(line.nextChange == nil)
    }

    @Test func aBlockIsTakenWhereItsCheckIsRight() {
        var line = ControllerHandshake(speed: 1)
        line.take([stx], at: at(0))
        #expect(line.takeOutputs() == [.write([dle])])
        line.take(block, at: at(0.05))
        #expect(line.takeOutputs() == [.write([dle]), .received([0x41])])
        line.take([stx, 0x41, 0x10, 0x03, 0x00], at: at(1))
        #expect(line.takeOutputs() == [.write([dle]), .write([nak])])
    }

    @Test func aPauseWithinABlockIsRefused() {
        var line = ControllerHandshake(speed: 1)
        line.take([stx, 0x41], at: at(0))
        line.advance(to: at(0.09))
        #expect(line.takeOutputs() == [.write([dle])])
        line.advance(to: at(0.1))
        #expect(line.takeOutputs() == [.write([nak])])
    }

    @Test func whoeverAsksAtTheSameTimeGoesFirst() {
        var line = ControllerHandshake(speed: 1)
        line.send([0x42], at: at(0))
        line.take([stx], at: at(0.1))
        line.take(block, at: at(0.15))
        #expect(
            line.takeOutputs() == [
                .write([stx]), .write([dle]), .write([dle]), .received([0x41]), .write([stx]),
            ])
    }
}
