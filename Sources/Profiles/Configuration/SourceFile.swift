internal import CCrypto
internal import Codecs
internal import Glibc

/// A text file as it was read, kept because what judged a part must be found again.
package struct SourceFile: Sendable, Equatable {
    package let path: String
    package let bytes: [UInt8]
    /// Lower-case hex.
    package let sha256: String

    package init(path: String, bytes: [UInt8]) {
        (self.path, self.bytes) = (path, bytes)
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = SHA256(bytes, bytes.count, &digest)
        sha256 = Hex.text(digest)
    }

    /// The root of the file as YAML; nil after noting why in `faults`.
    package func root(_ faults: FaultCollector) -> YAMLNode? {
        YAMLReader.read(bytes, file: path, faults: faults)
    }
}

/// Where files come from: the disk in the daemon, a table of texts in tests.
package struct FileSource: Sendable {
    /// The bytes of the file at a path, or why they cannot be had.
    package let read: @Sendable (_ path: String) -> Result<[UInt8], Unreadable>

    /// Why a file cannot be read, in the system's words.
    package struct Unreadable: Error, Sendable, Equatable {
        package let reason: String
        /// Whether there is no such file at all.
        package let isMissing: Bool

        package init(reason: String, isMissing: Bool) { (self.reason, self.isMissing) = (reason, isMissing) }
    }

    package init(read: @escaping @Sendable (_ path: String) -> Result<[UInt8], Unreadable>) {
        self.read = read
    }

    /// Files of the machine, at most one byte more than a YAML document may have.
    package static let disk = FileSource { path in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(lastError()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= YAMLReader.mostBytes {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(lastError()) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return .success(bytes)
    }

    private static func lastError() -> Unreadable {
        let number = errno
        let reason = strerror(number).map { String(cString: $0) } ?? "error \(number)"
        return Unreadable(reason: reason, isMissing: number == ENOENT)
    }

    /// The file at `path`; nil after noting at `place`, where it is named, why it cannot be read.
    package func file(_ path: String, namedAt place: SourcePlace, _ faults: FaultCollector) -> SourceFile? {
        switch read(path) {
        case .success(let bytes): return SourceFile(path: path, bytes: bytes)
        case .failure(let error):
            faults.fault(
                place, "\(Wording.quoted(path: path)) cannot be read (\(error.reason))",
                "name a file that is there"
            )
            return nil
        }
    }
}

/// Paths as configuration files write them.
package enum FilePath {
    /// `path` as seen from the folder of the file `base` that names it.
    package static func resolved(_ path: String, against base: String) -> String {
        joined(folder(of: base), path)
    }

    /// `path` within `folder`; an absolute path stays as it is.
    package static func joined(_ folder: String, _ path: String) -> String {
        if path.hasPrefix("/") || folder.isEmpty { return path }
        let rest = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return folder.hasSuffix("/") ? folder + rest : folder + "/" + rest
    }

    /// The folder that a file lies in; empty for one in the working directory.
    package static func folder(of file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "" }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }
}
