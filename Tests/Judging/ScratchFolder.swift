internal import Glibc

/// A directory of one test alone; it goes with everything in it when its owner does.
package final class ScratchFolder: Sendable {
    /// Why there is none.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let path: String

    /// Makes `/tmp/plumbline-NAME-XXXXXX`. Throws `Failure` where that cannot be.
    package init(_ name: String) throws(Failure) {
        var template = Array("/tmp/plumbline-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(description: "no directory: \(String(cString: strerror(errno)))")
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        // The path is made here: nothing in it means anything to a shell. Again where whoever worked in it
        // is just writing its last file, as a ledger that nobody closed does.
        system("for try in 1 2 3 4 5; do rm -rf \(path) 2>&- && exit; sleep 0.1; done")
    }
}
