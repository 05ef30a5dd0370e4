import Gateway
import Glibc
import Ledger
import Metrology
import Profiles
import Transports

extension Arguments {
    /// The configuration's path: `--config`, else `/etc/plumbline/gateway.yaml`, else `./gateway.yaml`.
    func configurationPath() throws(CommandFailure) -> String {
        if let path = values["--config"] { return path }
        for path in ["/etc/plumbline/gateway.yaml", "gateway.yaml"] where access(path, R_OK) == 0 {
            return path
        }
        throw CommandFailure(
            .configuration,
            "there is no /etc/plumbline/gateway.yaml and no ./gateway.yaml: name one with --config")
    }

    /// Everything that the gateway runs by, checked whole; faults end the command with exit code 4.
    func deployment() throws(CommandFailure) -> Deployment {
        let path = try configurationPath()
        var lines = LineRegister()
        do {
            return try Deployment.load(
                path, today: SystemTime().now().utc.date, links: { Self.fault(ofLink: $0, on: &lines) },
                wires: Self.wire(ofLink:), signatures: Self.fault(ofTable:))
        } catch {
            throw CommandFailure(.configuration, "\(path) cannot be used:\n\(error)")
        }
    }

    /// What is wrong with a link, as the transports see it beside those before it; nil where nothing is.
    static func fault(
        ofLink link: String, on lines: inout LineRegister
    ) -> (what: String, remedy: String)? {
        do {
            try lines.add(link)
            return nil
        } catch {
            return (error.what, error.remedy)
        }
    }

    /// What carries a link's frames, as the transports see it; nil where it is none of Modbus.
    static func wire(ofLink link: String) -> BusWire? {
        guard let address = try? LinkAddress(link) else { return nil }
        func bits(_ settings: SerialSettings) -> Int {
            1 + settings.dataBits + (settings.parity == .none ? 0 : 1) + settings.stopBits
        }
        let framing: BusWire.Framing
        switch address {
        case .modbusTCP: framing = .tcp
        case .modbusRTUOverTCP: framing = .rtuOverTCP
        case .modbusRTU(let settings, _):
            framing = .rtu(baud: settings.baud, bitsPerCharacter: bits(settings))
        case .modbusASCII(let settings, _):
            framing = .ascii(baud: settings.baud, bitsPerCharacter: bits(settings))
        case .serial, .tcp, .dialIn, .usb: return nil
        }
        return BusWire(line: address.lineName, framing: framing)
    }

    /// The data directory: `--data`, else the configuration's.
    func dataDirectory() throws(CommandFailure) -> String {
        if let data = values["--data"] { return data }
        return try deployment().configuration.dataDirectory
    }

    /// A reader of the ledger in the data directory.
    func ledgerReader() throws(CommandFailure) -> LedgerReader {
        let path = try dataDirectory()
        do {
            return try LedgerReader(path: path)
        } catch {
            throw CommandFailure(.inputOutput, "\(error)")
        }
    }

    /// What the daemon on the data directory answers to a GET of `path`.
    func askDaemon(_ path: String) throws(CommandFailure) -> [UInt8] {
        let url = try daemonURL()
        do {
            return try HTTPClient.get(url + path)
        } catch {
            throw CommandFailure(
                .device, "the gateway at \(url) does not answer (\(error)): \(Self.daemonHint)")
        }
    }

    /// Where the daemon on the data directory listens, as it said last.
    func daemonURL() throws(CommandFailure) -> String {
        let data = try dataDirectory()
        guard let address = try daemonAddress(data) else {
            throw CommandFailure(.device, "no gateway ever ran on \(data): \(Self.daemonHint)")
        }
        return address.url
    }

    private static let daemonHint =
        "start it with `plumbline run`, or name its data directory with --data"

    private func daemonAddress(_ data: String) throws(CommandFailure) -> DaemonAddress? {
        do {
            return try DaemonAddress(in: DataDirectory(data))
        } catch {
            throw CommandFailure(.inputOutput, "\(error)")
        }
    }
}
