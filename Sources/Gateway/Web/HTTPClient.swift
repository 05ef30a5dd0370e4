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
        /// Takes the next bytes; false ends the transfer.
        let take: ([UInt8]) -> Bool
        init(_ take: @escaping ([UInt8]) -> Bool) { self.take = take }
    }

    /// The body of a GET of `url` that is answered with status 200 within `timeoutSeconds`.
    ///
    /// Throws `HTTPClientError` for every other status, and where nothing answers.
    package static func get(_ url: String, timeoutSeconds: Int = 5) throws(HTTPClientError) -> [UInt8] {
        var all: [UInt8] = []
        try perform(url, timeoutSeconds: timeoutSeconds) { bytes in
            guard all.count + bytes.count <= mostBytes else { return false }
            all += bytes
            return true
        }
        return all
    }

    /// Gives the body of a GET of `url` piece by piece to `take`, until it says false or the server ends.
    ///
    /// Throws `HTTPClientError` for every status but 200, and where nothing answers.
    package static func stream(
        _ url: String, take: @escaping ([UInt8]) -> Bool
    ) throws(HTTPClientError) {
        var isOver = false
        do throws(HTTPClientError) {
            try perform(url, timeoutSeconds: 0) { bytes in
                isOver = !take(bytes)
                return !isOver
            }
        } catch {
            if !isOver { throw error }
        }
    }

    /// A transfer of at most `timeoutSeconds`; 0 is without an end.
    private static func perform(
        _ url: String, timeoutSeconds: Int, take: @escaping ([UInt8]) -> Bool
    ) throws(HTTPClientError) {
        guard let handle = curl_easy_init() else {
            throw HTTPClientError(description: "libcurl cannot start")
        }
        defer { curl_easy_cleanup(handle) }
        let collector = Collector(take)
        plumbline_curl_set_text(handle, CURLOPT_URL, url)
        plumbline_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        plumbline_curl_set_number(handle, CURLOPT_TIMEOUT, timeoutSeconds)
        plumbline_curl_set_number(handle, CURLOPT_FAILONERROR, 1)
        plumbline_curl_set_number(handle, CURLOPT_NOSIGNAL, 1)
        plumbline_curl_set_text(handle, CURLOPT_NOPROXY, "*")
        let writer: plumbline_curl_writer = { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let collector = Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
            let length = size * count
            let piece = Array(UnsafeRawBufferPointer(start: bytes, count: length))
            return collector.take(piece) ? length : 0
        }
        plumbline_curl_set_writer(handle, writer, Unmanaged.passUnretained(collector).toOpaque())
        let code = withExtendedLifetime(collector) { curl_easy_perform(handle) }
        let status = plumbline_curl_status(handle)
        guard status == 200 || status == 0 else {
            throw HTTPClientError(description: "answered with status \(status)")
        }
        guard code == CURLE_OK else {
            throw HTTPClientError(description: String(cString: curl_easy_strerror(code)))
        }
    }
}
