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
    /// The member `curves` of what tells of this result, `hashes` being those of their bytes in their order;
    /// nothing where it has none.
    func curvesMember(_ hashes: [String]) -> [String: JSONValue] {
        curves.isEmpty ? [:] : ["curves": .array(zip(curves, hashes).map { $0.json($1) })]
    }
}
