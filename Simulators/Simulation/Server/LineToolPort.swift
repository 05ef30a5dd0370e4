internal import Glibc

/// A torque tool on a serial line: a controller that says its results, or a tester that is asked.
final class LineToolPort: LoopSource {
    enum Tool {
        case controller(TorqueController)
        case printer(TorquePrinter)
        case tester(TorqueTester)
    }

    private let terminal: PseudoTerminal
    private let stream: ByteStream
    private var tool: Tool

    init(_ terminal: PseudoTerminal, tool: Tool) {
        (self.terminal, self.tool) = (terminal, tool)
        stream = ByteStream(terminal.descriptor)
    }

    var descriptor: Int32 { stream.descriptor }

    func isReady(toRead: Bool, toWrite: Bool) {
        guard toRead, case .bytes(let bytes) = stream.read(), case .tester(var tester) = tool else { return }
        let answer = tester.answer(bytes)
        tool = .tester(tester)
        // A line that nobody reads any more has nobody to tell.
        _ = stream.send(answer)
    }

    /// Tightens; throws `SimulationError` where hands do something else, or the line takes no more.
    func perform(_ act: HandAct) throws(SimulationError) {
        guard case .tighten(let torque, let angle) = act else {
            throw SimulationError(.refused, terminal.link, "a torque tool can only tighten")
        }
        switch tool {
        case .controller(var controller):
            let line = controller.tighten(torque: torque, angle: angle)
            tool = .controller(controller)
            try say(line)
        case .printer(var printer):
            let line = printer.tighten(torque: torque, angle: angle)
            tool = .printer(printer)
            try say(line)
        case .tester(var tester):
            tester.show(torque: torque)
            tool = .tester(tester)
        }
    }

    /// Says `bytes`, whatever they are; throws `SimulationError` where the line takes no more.
    func say(_ bytes: [UInt8]) throws(SimulationError) {
        guard stream.send(bytes) else {
            throw SimulationError(.refused, terminal.link, "nobody reads this line any more")
        }
    }
}
