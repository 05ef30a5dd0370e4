import Codecs
import Gateway
import Testing

/// Scans over HTTP: taken from our own page only, and checked before a station sees them.
struct ScanRouteTests {
    private let bench: WebBench
    private let path = "/api/v1/stations/flow-test-1/scan"

    init() throws { bench = try WebBench() }

    @Test func aScanFromOurPageIsTaken() throws {
        let answer = try bench.post(path, #"{"text":"[)>\u001e06\u001dSSA10197\u001e\u0004"}"#)
        #expect(answer.status == 202)
    }

    @Test func localhostIsOursToo() throws {
        let own = "localhost:\(bench.port)"
        let answer = try bench.post(
            path, #"{"text":"x"}"#, changes: ["Host": own, "Origin": "http://\(own)"])
        #expect(answer.status == 202)
    }

    @Test(arguments: [
        ["Origin": "http://example.com"], ["Origin": "null"], ["Origin": nil],
        ["Origin": "https://127.0.0.1:PORT"],
        ["Origin": "http://127.0.0.1"], ["Origin": "http://localhost:PORT"], ["Host": "example.com:PORT"],
        ["Host": "example.com:PORT", "Origin": "http://example.com:PORT"], ["Host": "127.0.0.1"],
        ["Host": "127.0.0.1:1"],
    ])
    func aForeignPageIsForbidden(changes: [String: String?]) throws {
        let port = String(bench.port)
        let own = changes.mapValues {
            $0.map { $0.split(separator: "PORT", omittingEmptySubsequences: false).joined(separator: port) }
        }
        #expect(try bench.post(path, #"{"text":"x"}"#, changes: own).status == 403)
    }

    @Test(arguments: [
        "", "x", "{}", "[]", #"{"text":""}"#, #"{"text":7}"#, #"{"text":"a","text":"b"}"#,
        "{\"text\":\"\u{1}\"}",
    ])
    func aBodyThatIsNoScanIsRefused(body: String) throws {
        let answer = try bench.post(path, body)
        #expect(answer.status == 400)
        #expect(try JSONParser.parse(answer.httpBody)["detail"]?.text?.isEmpty == false)
    }

    @Test func theLongestMarkIsTakenAndALongerOneRefused() throws {
        let longest = String(repeating: "7", count: WebRoutes.longestScan)
        #expect(try bench.post(path, "{\"text\":\"\(longest)\"}").status == 202)
        #expect(try bench.post(path, "{\"text\":\"\(longest)7\"}").status == 400)
    }

    @Test func onlyJSONIsTaken() throws {
        let plain = try bench.post(path, #"{"text":"x"}"#, changes: ["Content-Type": "text/plain"])
        #expect(plain.status == 415)
        let none = try bench.post(path, #"{"text":"x"}"#, changes: ["Content-Type": nil])
        #expect(none.status == 415)
        let withCharset = try bench.post(
            path, #"{"text":"x"}"#, changes: ["Content-Type": "application/json; charset=utf-8"])
        #expect(withCharset.status == 202)
    }

    @Test func aStationThatIsUnknownOrBusySaysSo() throws {
        #expect(try bench.post("/api/v1/stations/flow%20test/scan", #"{"text":"x"}"#).status == 404)
        let busy = try bench.post(path, #"{"text":"BUSY"}"#)
        #expect(busy.status == 503)
        #expect(busy.contains("\r\nRetry-After: 1\r\n"))
    }
}
