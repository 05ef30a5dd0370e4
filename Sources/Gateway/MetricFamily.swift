/// One named figure with all its samples, as Prometheus scrapes it.
package struct MetricFamily: Sendable, Equatable {
    /// What a sample's value means over time (Prometheus exposition format 0.0.4, "type").
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// One line: the value for one set of labels.
    package struct Sample: Sendable, Equatable {
        /// What follows the family's name: empty, or `_bucket`, `_sum`, `_count` of a histogram.
        package let suffix: String
        package let labels: [Label]
        package let value: Double

        package init(_ value: Double, labels: [Label] = [], suffix: String = "") {
            self.value = value
            self.labels = labels
            self.suffix = suffix
        }
    }

    /// A label's name (ours, fixed) and value (anything: it is escaped when written).
    package struct Label: Sendable, Equatable {
        package let name: String
        package let value: String

        /// Precondition: `name` is a label name of the exposition format; names are written in the source,
        /// never read from outside.
        package init(_ name: String, _ value: String) {
            precondition(MetricFamily.isName(name, colons: false), "not a label name: \(name)")
            self.name = name
            self.value = value
        }
    }

    package let name: String
    package let help: String
    package let kind: Kind
    package let samples: [Sample]

    /// A family named in base units (`_seconds`, `_bytes`; counters end in `_total`).
    ///
    /// Precondition: `name` is a metric name of the exposition format; names are written in the source,
    /// never read from outside.
    package init(_ name: String, _ kind: Kind, help: String, samples: [Sample]) {
        precondition(MetricFamily.isName(name, colons: true), "not a metric name: \(name)")
        self.name = name
        self.kind = kind
        self.help = help
        self.samples = samples
    }

    /// A family of one sample without labels.
    package init(_ name: String, _ kind: Kind, help: String, _ value: Double) {
        self.init(name, kind, help: help, samples: [Sample(value)])
    }

    /// The samples of one histogram: cumulated buckets with `+Inf` last, then sum and count.
    ///
    /// `buckets` are upper bounds, ascending, each with the number of observations at or below it that are
    /// in no lower bucket; `beyond` counts those above the last bound.
    package static func histogram(
        _ buckets: [(bound: Double, count: UInt64)], beyond: UInt64, sum: Double, labels: [Label] = []
    ) -> [Sample] {
        var samples: [Sample] = []
        var total: UInt64 = 0
        for bucket in buckets + [(.infinity, beyond)] {
            total &+= bucket.count
            let bound = Label("le", MetricsText.number(bucket.bound))
            samples.append(Sample(Double(total), labels: labels + [bound], suffix: "_bucket"))
        }
        samples.append(Sample(sum, labels: labels, suffix: "_sum"))
        samples.append(Sample(Double(total), labels: labels, suffix: "_count"))
        return samples
    }

    /// Whether `text` matches `[a-zA-Z_:][a-zA-Z0-9_:]*`, without the colon where `colons` is false.
    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): colons
            default: false
            }
        }
    }
}
