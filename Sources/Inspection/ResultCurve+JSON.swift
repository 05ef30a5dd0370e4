package import Codecs
package import Metrology

extension ResultCurve {
    /// How records and audit entries name it: what it is, and the SHA-256 under which its bytes are kept.
    package func json(_ sha256: String) -> JSONValue {
        [
            "kind": .string(kind.rawValue), "unit": .optional(unit), "samples": .number(Int64(sampleCount)),
            "format": .string(format), "sha256": .string(sha256),
        ]
    }
}

extension SampleGroup {
    /// Its curves as records name them, `hashes` being those of their bytes in their order.
    func curvesJSON(_ hashes: [String]) -> JSONValue {
        .array(zip(curves, hashes).map { $0.json($1) })
    }
}
