internal import CLinux
internal import Glibc

/// The name that a file gets once it is whole.
package enum FinalName {
    /// Renames `file` to `name`, at once and never over another file.
    ///
    /// Throws `SystemCallError`; its code is `EEXIST` where there is a file of that name already.
    package static func give(_ name: String, to file: String) throws(SystemCallError) {
        if plumbline_rename_keeping(file, name) == 0 { return }
        // Network file systems do not have it (rename(2)); a second name is never taken from another file.
        guard errno == EINVAL || errno == ENOSYS else { throw SystemCallError("rename", subject: name) }
        guard link(file, name) == 0, unlink(file) == 0 else {
            throw SystemCallError("link", subject: name)
        }
    }
}
