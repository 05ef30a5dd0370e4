/// Refuses lines that cannot carry what is asked of them, and says which one is nearly full.
struct BusTimeChecks {
    let budget: BusTimeBudget
    let faults: FaultCollector

    func run() {
        guard let busiest = budget.busiest else { return }
        if budget.load > BusTimeBudget.fullLoad {
            faults.fault(busiest.place, "\(booking): polls would be left out", remedy)
        } else if budget.load > BusTimeBudget.comfortableLoad {
            faults.warn(
                busiest.place, "\(booking): little is left for writes, retries and silent units", remedy)
        }
        if let silence = budget.worstSilence,
            !silence.delayed.isEmpty || silence.load > BusTimeBudget.fullLoad
        {
            warn(of: silence)
        }
    }

    private var booking: String {
        let units = budget.units.count == 1 ? "1 unit needs" : "\(budget.units.count) units need"
        return "line \(budget.wire.line) is booked to \(BusTimeText.percent(budget.load)): \(units) "
            + "\(BusTimeText.milliseconds(budget.round)) a round"
    }

    /// What would help, with numbers: slower polls, a faster line, less to read, another line.
    private var remedy: String {
        var ways = [slower].compactMap(\.self)
        if let faster { ways.append(faster) }
        ways.append("read fewer registers")
        if budget.units.count > 1 { ways.append("give some units another line") }
        return ways.dropLast().joined(separator: ", ") + ", or " + (ways.last ?? "")
    }

    /// The busiest unit's shortest period, so much longer that the line is comfortably booked.
    private var slower: String? {
        guard let period = budget.busiest?.polls.map(\.period).min() else { return nil }
        let enough =
            (period * budget.load + BusTimeBudget.comfortableLoad - 1) / BusTimeBudget.comfortableLoad
        return "poll slower (`poll: \(enough) ms` where \(period) ms stands, the others likewise)"
    }

    private var faster: String? {
        let choices = budget.wire.faster.map {
            ($0.baud, BusTimeBudget(wire: $0.wire, units: budget.units).load)
        }
        guard let choice = choices.first(where: { $0.1 <= BusTimeBudget.comfortableLoad }) ?? choices.last,
            choice.1 <= BusTimeBudget.fullLoad
        else { return nil }
        return "set the line to \(choice.0) baud (\(BusTimeText.percent(choice.1)))"
    }

    private func warn(of silence: BusTimeBudget.Silence) {
        guard let unit = budget.units.first(where: { $0.device == silence.device }) else { return }
        let others = silence.delayed.isEmpty ? "others" : silence.delayed.joined(separator: ", ")
        let (wait, every) = (BusTimeText.milliseconds(silence.wait), BusTimeText.milliseconds(silence.every))
        let outset = BusTimeText.milliseconds(silence.untilProbed)
        faults.warn(
            unit.place,
            "while \(silence.device) is silent, the line waits \(outset) for it at first, then \(wait) "
                + "every \(every): polls of \(others) are left out meanwhile",
            "shorten `timeout` in its profile, or give it a line of its own")
    }
}

/// How times and shares are written for people.
package enum BusTimeText {
    /// `26.4 %`, from thousandths.
    package static func percent(_ thousandths: Int) -> String { "\(tenths(thousandths)) %" }

    /// `263.3 ms`, from nanoseconds.
    package static func milliseconds(_ nanoseconds: Int64) -> String {
        "\(tenths(Int(nanoseconds / 100_000))) ms"
    }

    /// One decimal from tenths.
    package static func tenths(_ value: Int) -> String { "\(value / 10).\(value % 10)" }
}
