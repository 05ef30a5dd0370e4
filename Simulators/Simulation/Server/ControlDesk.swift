internal import Codecs

/// What each request to the control interface does.
enum ControlDesk {
    /// The answer to `request`; throws `SimulationError` where it cannot be done.
    static func handle(_ request: ControlRequest, _ server: ShopServer) throws(SimulationError) -> JSONValue {
        let body = request.body
        switch (request.method, request.path) {
        case ("GET", "/state"): return server.state
        case ("GET", let path) where path.hasPrefix("/truth/"): return try truth(path, server)
        case ("POST", "/fault"): try fault(body, server)
        case ("POST", "/mend"): try server.mend(try text("device", body))
        case ("POST", "/swap"):
            try server.swap(
                try text("device", body), serial: body["serial"]?.text, firmware: body["firmware"]?.text)
        case ("POST", "/scan"):
            let code = ScannedCode(
                text: try CodeEscapes.bytes(of: text("text", body)), aim: body["aim"]?.text ?? "]d1")
            try server.scan(code, with: try text("scanner", body))
        case ("POST", "/tighten"):
            try server.perform(try tightening(body), on: try text("device", body))
        case ("POST", "/say"):
            try server.say(try CodeEscapes.bytes(of: text("text", body)), on: try text("device", body))
        case ("POST", "/alarm"): try server.perform(try alarm(body), on: try text("device", body))
        case ("POST", "/bench/start"): try server.perform(.pressStart, on: try text("device", body))
        case ("POST", "/plug"): try server.usb().plug(serial: body["serial"]?.text)
        case ("POST", "/unplug"): try server.usb().unplug()
        default:
            throw SimulationError(
                .refused, "\(request.method) \(request.path)",
                "there are GET /state, /truth/DEVICE and POST /fault, /mend, /swap, /scan, /tighten, /alarm, "
                    + "/say, /bench/start, /plug, /unplug")
        }
        return ["ok": true]
    }

    /// With an `outcome` the screw goes so; otherwise to a torque and an angle.
    private static func tightening(_ body: JSONValue) throws(SimulationError) -> HandAct {
        guard body["outcome"] != nil else {
            let torque = try number("torque_cNm", body, usual: 2750, 0...65_535)
            let angle = try number("angle", body, usual: 45, 0...65_535)
            return .tighten(torque: Double(torque) / 100, angle: Double(angle))
        }
        let name = try text("outcome", body)
        guard let outcome = RundownOutcome(rawValue: name) else {
            let names = RundownOutcome.allCases.map(\.rawValue).joined(separator: ", ")
            throw SimulationError(.refused, "outcome", "no outcome is called \(name); there are \(names)")
        }
        return .rundown(outcome)
    }

    /// With a `code` an alarm appears; without one, that which is shown is acknowledged.
    private static func alarm(_ body: JSONValue) throws(SimulationError) -> HandAct {
        guard let code = body["code"]?.text else { return .alarm(nil) }
        guard (1...5).contains(code.utf8.count) else {
            throw SimulationError(.refused, "code", "an alarm has 1 to 5 characters")
        }
        return .alarm(code)
    }

    private static func fault(_ body: JSONValue, _ server: ShopServer) throws(SimulationError) {
        let name = try text("kind", body)
        guard let kind = FaultKind(rawValue: name) else {
            let kinds = FaultKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw SimulationError(.refused, "kind", "no fault is called \(name); there are \(kinds)")
        }
        try server.add(
            kind, on: try text("device", body),
            seconds: Double(try number("seconds", body, usual: 10, 0...86_400)),
            by: Double(try number("by_ms", body, usual: Int64(kind.usualLateness), 0...600_000)) / 1000,
            code: UInt8(try number("code", body, usual: 6, 1...255)))
    }

    /// `/truth/DEVICE`, or `/truth/DEVICE?after=N` for what came after the first N tightenings.
    private static func truth(_ path: String, _ server: ShopServer) throws(SimulationError) -> JSONValue {
        let parts = path.dropFirst("/truth/".count).split(separator: "?", omittingEmptySubsequences: false)
        let after = parts.count == 2 ? parts[1].split(separator: "=").last.flatMap { Int($0) } : 0
        guard parts.count <= 2, let after, after >= 0, parts.count == 1 || parts[1].hasPrefix("after=") else {
            throw SimulationError(.refused, path, "ask for /truth/DEVICE or /truth/DEVICE?after=NUMBER")
        }
        return try server.floor.truth(of: String(parts[0]), after: after)
    }

    private static func text(_ key: String, _ body: JSONValue) throws(SimulationError) -> String {
        guard let text = body[key]?.text else {
            throw SimulationError(.refused, key, "the body needs it, as a text")
        }
        return text
    }

    private static func number(
        _ key: String, _ body: JSONValue, usual: Int64, _ range: ClosedRange<Int64>
    ) throws(SimulationError) -> Int64 {
        guard let value = body[key] else { return usual }
        guard let number = value.integer, range.contains(number) else {
            throw SimulationError(
                .refused, key, "it is a whole number of \(range.lowerBound)…\(range.upperBound)")
        }
        return number
    }
}

/// Codes as people write them: control characters as `\x1d`, a backslash as `\\`.
package enum CodeEscapes {
    /// The bytes that `text` spells; throws `SimulationError` where a backslash begins nothing known.
    package static func bytes(of text: String) throws(SimulationError) -> [UInt8] {
        let source = Array(text.utf8)
        var (out, at): ([UInt8], Int) = ([], 0)
        while at < source.count {
            guard source[at] == UInt8(ascii: "\\") else {
                out.append(source[at])
                at += 1
                continue
            }
            if at + 1 < source.count, source[at + 1] == UInt8(ascii: "\\") {
                out.append(source[at + 1])
                at += 2
            } else if at + 3 < source.count, source[at + 1] == UInt8(ascii: "x"),
                let byte = Hex.bytes(String(decoding: source[at + 2...at + 3], as: UTF8.self)),
                byte.count == 1
            {
                out += byte
                at += 4
            } else {
                throw SimulationError(.refused, "text", "write \\x and two hex digits, or \\\\")
            }
        }
        return out
    }
}
