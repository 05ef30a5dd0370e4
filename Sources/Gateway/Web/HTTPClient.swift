internal import CCurl
internal import CShims

/// Why a request over HTTP has no answer.
package struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// Asks a server over HTTP, through libcurl.
package enum HTTPClient {
    /// Longest answer that is read: the API's own pages are far smaller.
    private static let mostBytes = 16 << 20

    private final class Collector {
        var bytes: [UInt8] = []
    }

    /// The body of a GET of `url` that is answered with status 200 within `timeoutSeconds`.
    ///
    /// Throws `HTTPClientError` for every other status, and where nothing answers.
    package static func get(_ url: String, timeoutSeconds: Int = 5) throws(HTTPClientError) -> [UInt8] {
        guard let handle = curl_easy_init() else {
            throw HTTPClientError(description: "libcurl cannot start")
        }
        defer { curl_easy_cleanup(handle) }
        let collector = Collector()
        plumbline_curl_set_text(handle, CURLOPT_URL, url)
        plumbline_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        plumbline_curl_set_number(handle, CURLOPT_TIMEOUT, timeoutSeconds)
        plumbline_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        plumbline_curl_set_text(handle, CURLOPT_NOPROXY, "*")
        let writer: plumbline_curl_writer = { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
            let length = size * count
            guard collector.bytes.count + length <= HTTPClient.mostBytes else { return 0 }
            bytes.withMemoryRebound(to: UInt8.self, capacity: length) {
                collector.bytes += UnsafeBufferPointer(start: $0, count: length)
            }
            return length
        }
        plumbline_curl_set_writer(handle, writer, Unmanaged.passUnretained(collector).toOpaque())
        let code = withExtendedLifetime(collector) { curl_easy_perform(handle) }
        guard code == CURLE_OK else {
            throw HTTPClientError(description: String(cString: curl_easy_strerror(code)))
        }
        let status = plumbline_curl_status(handle)
        guard status == 200 else { throw HTTPClientError(description: "answered with status \(status)") }
        return collector.bytes
    }
}
