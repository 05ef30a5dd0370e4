import Codecs

extension Command {
    /// `plumbline status`: how the running daemon is.
    static let status = Command(name: "status", operands: "", summary: "health of the running daemon") {
        arguments, console in
        let status = try answer(arguments.askDaemon("api/v1/status"))
        if console.usesJSON {
            console.print(CanonicalJSON.text(status))
            return .success
        }
        let devices = status["devices"]
        console.print(console.bold("gateway    ") + "\(text(status["site"])) / \(text(status["gateway"]))")
        console.print("version    \(text(status["version"])), up \(text(status["uptime_s"])) s")
        console.print("devices    \(text(devices?["online"])) of \(text(devices?["total"])) answer")
        for alarm in status["alarms"]?.elements ?? [] {
            console.print("alarm      \(text(alarm["device"])): \(text(alarm["text"]))")
        }
        for station in status["stations"]?.elements ?? [] {
            console.print("station    \(text(station["station"])): \(text(station["state"]))")
        }
        console.print("waiting    \(text(status["queue"])) records")
        if status["backup"]?["folder"] != nil {
            console.print("backup     newest of \(text(status["backup"]?["made_at"]))")
        }
        let failure = status["ledger"]?["failure"]?.text
        console.print(
            "ledger     \(text(status["ledger"]?["entries"])) entries\(failure.map { ": " + $0 } ?? "")")
        return failure == nil ? .success : .inputOutput
    }

    /// `plumbline devices`: each device of the running daemon, and what is plugged into its USB.
    static let devices = Command(
        name: "devices", operands: "",
        summary: "each device: link, state, last good read, rate, errors, demoted; and the USB"
    ) { arguments, console in
        let devices = try answer(arguments.askDaemon("api/v1/devices")).elements
        let plugged = try answer(arguments.askDaemon("api/v1/usb")).elements
        if console.usesJSON {
            for device in devices + plugged { console.print(CanonicalJSON.text(device)) }
            return .success
        }
        var table = Table([
            "DEVICE", "STATE", "LAST GOOD", "READS/S", "ERRORS", "SERIAL", "FIRMWARE", "LINK", "DETAIL",
        ])
        for device in devices {
            let isDemoted = device["demoted"]?.flag == true
            table.add([
                text(device["id"]), text(device["state"]) + (isDemoted ? " (demoted)" : ""),
                text(device["last_good"]), text(device["reads_per_s"]), text(device["errors"]),
                text(device["serial"]), text(device["identity"]?["firmware"]),
                text(device["link"]), text(device["detail"]),
            ])
        }
        for line in table.lines(bold: console.bold) { console.print(line) }
        if !plugged.isEmpty { list(plugged, console) }
        return .success
    }

    private static func list(_ plugged: [JSONValue], _ console: Console) {
        var table = Table(["USB", "SERIAL", "PORT", "INTERFACES", "STATE", "DEVICE", "DETAIL"])
        for device in plugged {
            let interfaces = device["interfaces"]?.elements.compactMap(\.text).joined(separator: ", ") ?? ""
            table.add([
                text(device["usb"]), text(device["serial"]), text(device["port"]),
                interfaces.isEmpty ? "–" : interfaces, text(device["state"]), text(device["device"]),
                text(device["detail"]),
            ])
        }
        console.print("")
        for line in table.lines(bold: console.bold) { console.print(line) }
    }

    private static func answer(_ bytes: [UInt8]) throws(CommandFailure) -> JSONValue {
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw CommandFailure(.software, "the gateway's answer cannot be read: \(error)")
        }
    }

    /// A value as a cell: text and numbers as they are, nothing as a dash.
    static func text(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .number(let number): String(number)
        case .bool(let flag): flag ? "yes" : "no"
        default: "–"
        }
    }
}
