/// What checking a bundle showed, in plain words that a terminal can show: what the bundle says itself is
/// quoted with its control characters made visible.
package struct BundleReport: Sendable, Equatable {
    /// Serial number of the part; nil where that could not be told.
    package internal(set) var serial: String?
    /// Which ledger it is from; nil where that could not be told.
    package internal(set) var origin: String?
    /// SHA-256 of the public key that it was checked with, hexadecimal; nil where there is none.
    package internal(set) var keySHA256: String?
    /// Whether that key was given from elsewhere. Otherwise it came with the bundle, and proves nothing.
    package internal(set) var isTrusted = false
    /// One sentence for each thing that holds.
    package internal(set) var proved: [String] = []
    /// One sentence for each thing that no bundle can show, or this one does not.
    package internal(set) var unproved: [String] = []
    /// One sentence for each thing that does not hold; empty where all does. At most `mostMismatches`.
    package private(set) var mismatches: [String] = []

    private static let mostMismatches = 100

    /// Whether everything holds.
    package var isSound: Bool { mismatches.isEmpty }

    mutating func prove(_ statement: String) { proved.append(VisibleText.of(statement)) }

    mutating func add(_ mismatch: String) {
        if mismatches.count < Self.mostMismatches { mismatches.append(VisibleText.of(mismatch)) }
    }
}
