import Ledger
import Profiles

extension Arguments {
    /// What is wrong with the signature of a table that the configuration names; nil where nothing is.
    static func fault(ofTable table: SignedTable) -> (what: String, remedy: String)? {
        SignedFile.objection(
            name: table.name, bytes: table.bytes, note: table.note, publicKey: table.publicKey
        ).map {
            (
                "the signature of \(table.name) does not verify: \($0)",
                "put the signed file and its key back, or read it through and sign it with `plumbline sign`"
            )
        }
    }
}
