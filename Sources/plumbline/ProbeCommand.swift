import Codecs
import Gateway
import Glibc
import Metrology
import Profiles
import Transports

extension Command {
    /// `plumbline probe LINK …`: looks at a device that nobody has described yet.
    static let probe = Command(
        name: "probe",
        operands: "LINK [ADDRESS [COUNT]] [--table holding|input|coil|discrete] [--ref 40001]\n"
            + "           [--expect VALUE …] [--all] [--timeout MS]\n"
            + "       plumbline probe LINK --scan | --skeleton FILE|- [--exclude A-B …] [--thorough]\n"
            + "           [--requests N] [--pause MS] [--table …] [--address A --count N]\n"
            + "       plumbline probe LINK --identify\n"
            + "       plumbline probe LINK --units 1-10",
        summary: "reads an unknown Modbus device; finds byte orders, ranges and units; never writes to it",
        flags: ["--all", "--scan", "--identify", "--thorough"],
        values: [
            "--table", "--address", "--ref", "--count", "--expect", "--timeout", "--exclude", "--requests",
            "--pause", "--skeleton", "--units",
        ]
    ) { arguments, console in
        let options = try ProbeOptions(arguments)
        let pool = LinePool(time: SystemTime(), seed: UInt64.random(in: 0 ... .max))
        let link: any ModbusLink
        do throws(TransportError) {
            link = try await pool.line(to: options.address)
        } catch {
            throw CommandFailure(.device, "\(error)")
        }
        let line = ProbeLine(
            name: options.link, link: link, unit: options.address.unit ?? 0, timeout: options.timeout)
        let session = ProbeSession(
            line: line, options: options, showsAll: arguments.flags.contains("--all"), console: console)
        do {
            let code = try await session.run(arguments)
            await pool.stop()
            return code
        } catch {
            await pool.stop()
            throw error
        }
    }
}

/// One call of `plumbline probe`, once the line is there.
struct ProbeSession {
    let line: ProbeLine
    let options: ProbeOptions
    /// Whether the unlikely answers are shown as well.
    let showsAll: Bool
    let console: Console

    /// Does what the options ask for; only one of them at a time.
    func run(_ arguments: Arguments) async throws -> ExitCode {
        if let units = options.units { return try await scanUnits(units) }
        if arguments.flags.contains("--identify") { return try await showIdentity() }
        if let path = arguments.values["--skeleton"] { return try await writeSkeleton(path) }
        if arguments.flags.contains("--scan") {
            _ = try await scan()
            return .success
        }
        if !options.expected.isEmpty { return try await solve() }
        return try await list(options.addresses ?? 0..<10)
    }

    private func list(_ addresses: Range<Int>) async throws -> ExitCode {
        let most = options.table.holdsBits ? ModbusLimits.bitsPerRead : ModbusLimits.registersPerRead
        guard addresses.count <= most else {
            throw UsageError(message: "one request carries at most \(most): give a smaller --count")
        }
        let block = try await line.block(.init(table: options.table, addresses: addresses))
        show(block)
        return .success
    }

    private func show(_ block: ModbusValueBlock) {
        let listing = RegisterListing(table: options.table, blocks: [block])
        if console.usesJSON {
            for object in listing.objects() { console.print(CanonicalJSON.text(object)) }
        } else {
            for line in listing.lines(bold: console.bold) { console.print(line) }
        }
    }
}
