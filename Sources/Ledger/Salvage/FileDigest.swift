internal import CCrypto
internal import Codecs
internal import Glibc

/// SHA-256 of a whole file, however large.
enum FileDigest {
    /// As lower-case hexadecimal digits; nil where there is no such file.
    static func hex(of file: String) throws(LedgerError) -> String? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw DataDirectory.failure("opening", file)
        }
        defer { close(descriptor) }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var isGood = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while isGood {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DataDirectory.failure("reading", file) }
            if count == 0 { break }
            isGood = EVP_DigestUpdate(context, chunk, count) == 1
        }
        var out = [UInt8](repeating: 0, count: SHA256Digest.count)
        guard isGood, EVP_DigestFinal_ex(context, &out, nil) == 1 else {
            throw LedgerError(
                .io, what: "libcrypto could not hash it", place: file,
                remedy: "check the OpenSSL configuration")
        }
        return Hex.text(out)
    }
}
