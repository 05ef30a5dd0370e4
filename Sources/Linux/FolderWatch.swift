internal import CLinux
internal import Glibc

/// Tells that a file was put into a folder under its final name, by whatever process (inotify(7)).
///
/// Only a hint to look earlier: network file systems tell of nothing, and a user may have only so many
/// watches. Without one each wait takes its whole time.
package final class FolderWatch: Sendable {
    /// Negative where there is no watch: poll(2) passes over it.
    private let descriptor: Int32

    /// Watches `folder` from now on.
    package init(_ folder: String) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        if descriptor >= 0 { inotify_add_watch(descriptor, folder, UInt32(IN_MOVED_TO)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Returns once something was put there since the last call, or after `milliseconds`.
    package func wait(milliseconds: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, milliseconds) > 0 else { return }
        // What it was does not matter, the caller looks: as many events as are there are taken.
        var events = [UInt8](repeating: 0, count: 16_384)
        _ = read(descriptor, &events, events.count)
    }
}
