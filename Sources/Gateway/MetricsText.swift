/// Writes metric families in the Prometheus text format, version 0.0.4.
package enum MetricsText {
    /// The content type that says which format and version this is.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All families, HELP and TYPE once for each name; a family given twice is joined to its first.
    package static func text(_ families: [MetricFamily]) -> String {
        var out = ""
        for family in joined(families) {
            out += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
            out += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            for sample in family.samples { out += line(family.name, sample) }
        }
        return out
    }

    /// A value as the format writes it: whole numbers without a fraction, `+Inf`, `-Inf`, `NaN`.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map(String.init) ?? String(describing: value)
    }

    private static func line(_ name: String, _ sample: MetricFamily.Sample) -> String {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
        let braces = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        return "\(name)\(sample.suffix)\(braces) \(number(sample.value))\n"
    }

    /// Backslash and line feed are escaped everywhere, the quotation mark in label values only.
    private static func escaped(_ text: String, quotes: Bool) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": out.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where quotes: out.append(contentsOf: "\\\"".unicodeScalars)
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    private static func joined(_ families: [MetricFamily]) -> [MetricFamily] {
        var order: [String] = []
        var byName: [String: MetricFamily] = [:]
        for family in families {
            if let first = byName[family.name] {
                byName[family.name] = MetricFamily(
                    first.name, first.kind, help: first.help, samples: first.samples + family.samples)
            } else {
                order.append(family.name)
                byName[family.name] = family
            }
        }
        return order.compactMap { byName[$0] }
    }
}
