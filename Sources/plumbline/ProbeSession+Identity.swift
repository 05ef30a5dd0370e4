import Codecs
import Metrology
import Profiles
import Transports

extension ProbeSession {
    /// Names of the objects that the specification defines (Application Protocol V1.1b3, clause 6.21).
    private static let objectNames: [UInt8: String] = [
        0: "vendor", 1: "product", 2: "revision", 3: "url", 4: "product_name", 5: "model", 6: "application",
    ]

    /// What the device says it is, from the longest form that it knows down to the shortest; empty where it
    /// has no function 43.
    func identity(unit: UInt8) async throws(CommandFailure) -> [(name: String, text: String)] {
        for code in [ModbusIdentificationCode.extended, .regular, .basic] {
            var reading = ModbusIdentificationReading(code)
            while let request = reading.request {
                let outcome = await line.link.transact(request, unit: unit, timeout: line.timeout).outcome
                guard case .reply(let pdu) = outcome else {
                    guard case .exception(let exception) = outcome, !exception.meansSilence else {
                        throw line.failure(outcome, "function 43/14 (identification)")
                    }
                    break
                }
                do throws(ModbusError) {
                    try reading.take(pdu)
                } catch {
                    throw line.failure(.failed(.malformed(error)), "function 43/14 (identification)")
                }
            }
            if !reading.objects.isEmpty {
                return reading.objects.map { (Self.objectNames[$0.id] ?? "object_\($0.id)", $0.text) }
            }
        }
        return []
    }

    /// Shows what the device says it is.
    func showIdentity() async throws -> ExitCode {
        let objects = try await identity(unit: line.unit)
        guard !objects.isEmpty else {
            throw CommandFailure(
                .device,
                "\(line.name): the device does not say who it is (no function 43/14): read its name plate")
        }
        if console.usesJSON {
            let members = objects.map { ($0.name, JSONValue.string($0.text)) }
            console.print(
                CanonicalJSON.text(.object(Dictionary(members, uniquingKeysWith: { first, _ in first }))))
        } else {
            for object in objects { console.print(object.name.padded(to: 14) + object.text) }
        }
        return .success
    }

    /// Asks each unit once and shows who answers; an exception is an answer.
    func scanUnits(_ units: ClosedRange<Int>) async throws -> ExitCode {
        let span = ProbeLine.Span(
            table: options.table, addresses: options.addresses?.prefix(1) ?? 0..<1)
        let progress = ProgressLine(isQuiet: console.isQuiet)
        defer { progress.clear() }
        var answering = 0
        for unit in units {
            progress.show("unit \(unit)")
            let outcome = await line.link.transact(
                span.request, unit: UInt8(clamping: unit), timeout: line.timeout
            ).outcome
            let said: String
            switch outcome {
            case .reply: said = "answers"
            case .exception(let exception) where exception.meansSilence: continue
            case .exception(let exception): said = "answers with \(exception)"
            case .failed(.timeout): continue
            case .failed(.malformed(let error)): said = "sends something else: \(error)"
            // A broadcast, unit 0, which nobody answers.
            case .sent: continue
            case .failed: throw line.failure(outcome, span.text)
            }
            answering += 1
            progress.clear()
            if console.usesJSON {
                console.print(CanonicalJSON.text(["unit": .number(Int64(unit)), "says": .string(said)]))
            } else {
                console.print("unit \(unit)".padded(to: 10) + said)
            }
            try await Task.sleep(for: options.pause)
        }
        guard answering > 0 else {
            throw CommandFailure(
                .timeout,
                "\(line.name): no unit of \(units.lowerBound) to \(units.upperBound) answers within "
                    + "\(line.timeout.milliseconds) ms: check speed, parity and wiring (A and B swapped?)")
        }
        return .success
    }
}
