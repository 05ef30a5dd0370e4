package import Codecs

/// Which program this is: what records, pages and `--version` say.
package enum BuildVersion {
    /// Semantic version of this source.
    package static let text = "0.1.0"

    #if DEBUG
        private static let build = "debug"
    #else
        private static let build = "release"
    #endif

    /// The `software` member of records.
    package static let json: JSONValue = [
        "name": "plumbline", "version": .string(text), "build": .string(build),
    ]
}
