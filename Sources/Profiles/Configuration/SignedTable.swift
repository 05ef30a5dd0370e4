/// A file that counts only with its signature: the file, the note that signs it, and the key to check it by.
package struct SignedTable: Sendable, Equatable {
    /// The file's name without its folder, as the signature has it.
    package let name: String
    package let bytes: [UInt8]
    /// What stands in the file of the same name with `.sig` after it.
    package let note: [UInt8]
    /// What the public key's file holds.
    package let publicKey: [UInt8]

    /// What is wrong with a table's signature, and what to do; nil where it is in order.
    package typealias Check = (SignedTable) -> (what: String, remedy: String)?

    /// Refuses every table: for callers that have no means to check a signature.
    package static func unchecked(_ table: SignedTable) -> (what: String, remedy: String)? {
        ("the signature of \(table.name) cannot be checked here", "report this")
    }
}

extension DeploymentReader {
    /// The code set that the configuration names; nil after noting in `faults` that it or its signature is
    /// not in order.
    func codes(
        _ configured: CodeSetConfiguration, _ check: SignedTable.Check, _ faults: FaultCollector
    ) -> CodeSet? {
        let place = configured.place
        guard let set = file(configured.path, namedAt: place),
            let note = file(configured.path + ".sig", namedAt: place),
            let key = file(configured.keyPath, namedAt: place)
        else { return nil }
        let name = configured.path.split(separator: "/").last.map(String.init) ?? configured.path
        let table = SignedTable(name: name, bytes: set.bytes, note: note.bytes, publicKey: key.bytes)
        if let wrong = check(table) {
            faults.fault(SourcePlace(file: configured.path + ".sig"), wrong.what, wrong.remedy)
            return nil
        }
        return CodeSet.read(set, faults: faults)
    }
}
