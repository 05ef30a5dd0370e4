import Gateway
import Glibc
import Testing

/// The text format as https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4) gives it.
struct MetricsTextTests {
    /// The format's own example page, its families in our values.
    @Test func examplesOfTheFormatAreWrittenAsItWritesThem() {
        let requests = MetricFamily(
            "http_requests_total", .counter, help: "The total number of HTTP requests.",
            samples: [
                .init(1027, labels: [.init("method", "post"), .init("code", "200")]),
                .init(3, labels: [.init("method", "post"), .init("code", "400")]),
            ])
        let escaping = MetricFamily(
            "msdos_file_access", .gauge, help: "Two\nlines and a \\.",
            samples: [
                .init(
                    0,
                    labels: [
                        .init("path", "C:\\DIR\\FILE.TXT"), .init("error", "Cannot find file:\n\"FILE.TXT\""),
                    ])
            ])
        #expect(
            MetricsText.text([requests, escaping]) == #"""
                # HELP http_requests_total The total number of HTTP requests.
                # TYPE http_requests_total counter
                http_requests_total{method="post",code="200"} 1027
                http_requests_total{method="post",code="400"} 3
                # HELP msdos_file_access Two\nlines and a \\.
                # TYPE msdos_file_access gauge
                msdos_file_access{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 0

                """#)
    }

    @Test(arguments: [
        (0.5, "0.5"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (-0.0, "0"),
        (1e300, "1e+300"),
    ])
    func valuesAreWrittenAsTheFormatSays(value: Double, text: String) {
        let family = MetricFamily("a", .gauge, help: "a", value)
        #expect(MetricsText.text([family]).hasSuffix("\na \(text)\n"))
    }

    @Test func aFamilyGivenTwiceIsDescribedOnce() {
        let one = MetricFamily(
            "a_total", .counter, help: "A.", samples: [.init(1, labels: [.init("x", "1")])])
        let two = MetricFamily(
            "a_total", .counter, help: "A.", samples: [.init(2, labels: [.init("x", "2")])])
        #expect(
            MetricsText.text([one, two])
                == "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total{x=\"2\"} 2\n")
    }

    @Test func bucketsOfAHistogramAreCumulated() {
        let samples = MetricFamily.histogram(
            [(bound: 0.1, count: 2), (bound: 1, count: 3)], beyond: 1, sum: 4.5)
        let family = MetricFamily("read_seconds", .histogram, help: "Reads.", samples: samples)
        #expect(
            MetricsText.text([family]).split(separator: "\n").dropFirst(2) == [
                "read_seconds_bucket{le=\"0.1\"} 2", "read_seconds_bucket{le=\"1\"} 5",
                "read_seconds_bucket{le=\"+Inf\"} 6", "read_seconds_sum 4.5", "read_seconds_count 6",
            ])
    }

    @Test func promtoolFindsNothingWrong() throws {
        let samples = MetricFamily.histogram([(bound: 0.1, count: 2)], beyond: 1, sum: 4.5)
        let text = MetricsText.text([
            MetricFamily("plumbline_reads_total", .counter, help: "Reads \"good\" and\nbad.", 12),
            MetricFamily("plumbline_read_seconds", .histogram, help: "Time of a read.", samples: samples),
            MetricFamily(
                "plumbline_device_up", .gauge, help: "1 where the device answers.",
                samples: [.init(1, labels: [.init("device", "a\"\\\n\u{1}ü")])]),
        ])
        #expect(try Promtool.status(checking: text) == 0)
    }

    /// That the judge judges: a counter that is described twice is no exposition.
    @Test func promtoolRefusesWhatIsWrong() throws {
        let twice = "# TYPE a_total counter\na_total 1\n# TYPE a_total counter\na_total 1\n"
        #expect(try Promtool.status(checking: twice) != 0)
    }
}

/// Debian's `promtool check metrics`: 0 where all is well, 3 where a habit is broken, 1 where it cannot be
/// read.
enum Promtool {
    static func status(checking text: String) throws -> Int32 {
        let pipe = try #require(popen("promtool check metrics", "w"))
        let written = text.withCString { fputs($0, pipe) }
        #expect(written >= 0)
        return pclose(pipe) >> 8
    }
}
