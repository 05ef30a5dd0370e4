internal import CMicroHTTPD
internal import Glibc

/// What libmicrohttpd calls, and with what it is started. No decision is made here.
enum WebCallbacks {
    /// One request's intake, held by libmicrohttpd between its calls and touched by its one thread only.
    private final class Holder {
        var intake: RequestIntake

        init(_ intake: RequestIntake) { self.intake = intake }
    }

    /// The longest line of libmicrohttpd that is passed on; what is longer is cut.
    private static let lineBytes = 512

    /// Starts libmicrohttpd on `descriptor`, which it then owns, with `desk` behind every callback; nil where
    /// it does not start.
    static func startDaemon(
        on descriptor: Int32, limits: WebLimits, desk: Unmanaged<WebDesk>
    ) -> OpaquePointer? {
        let flags =
            MHD_USE_EPOLL.rawValue | MHD_USE_INTERNAL_POLLING_THREAD.rawValue
            | MHD_ALLOW_SUSPEND_RESUME.rawValue | MHD_USE_ERROR_LOG.rawValue
        var items = options(on: descriptor, limits: limits, desk: desk.toOpaque())
        return items.withUnsafeMutableBufferPointer { items -> OpaquePointer? in
            guard let base = items.baseAddress else { return nil }
            let list: [any CVarArg] = [
                MHD_OPTION.ARRAY.rawValue, base, MHD_OPTION.END.rawValue,
            ]
            return withVaList(list) {
                MHD_start_daemon_va(flags, 0, nil, nil, accessHandler, desk.toOpaque(), $0)
            }
        }
    }

    private static func options(
        on descriptor: Int32, limits: WebLimits, desk: UnsafeMutableRawPointer
    ) -> [MHD_OptionItem] {
        [
            // First, so that whatever the others say is heard.
            MHD_OptionItem(
                option: .EXTERNAL_LOGGER, value: unsafeBitCast(logger, to: Int.self), ptr_value: desk),
            MHD_OptionItem(option: .LISTEN_SOCKET, value: Int(descriptor), ptr_value: nil),
            MHD_OptionItem(option: .CONNECTION_MEMORY_LIMIT, value: limits.connectionBytes, ptr_value: nil),
            MHD_OptionItem(option: .CONNECTION_LIMIT, value: limits.connections, ptr_value: nil),
            MHD_OptionItem(option: .CONNECTION_TIMEOUT, value: limits.silentSeconds, ptr_value: nil),
            MHD_OptionItem(option: .STRICT_FOR_CLIENT, value: 1, ptr_value: nil),
            MHD_OptionItem(
                option: .NOTIFY_COMPLETED, value: unsafeBitCast(completed, to: Int.self), ptr_value: nil),
            MHD_OptionItem(
                option: .UNESCAPE_CALLBACK, value: unsafeBitCast(unescape, to: Int.self), ptr_value: nil),
            MHD_OptionItem(option: .END, value: 0, ptr_value: nil),
        ]
    }

    private static let accessHandler: MHD_AccessHandlerCallback = {
        cls, connection, url, method, _, bytes, size, held in
        guard let cls, let connection, let url, let method, let size, let held else { return .NO }
        let desk = Unmanaged<WebDesk>.fromOpaque(cls).takeUnretainedValue()
        guard let pointer = held.pointee else {
            return begin(on: connection, url: url, method: method, held: held, desk: desk)
        }
        let holder = Unmanaged<Holder>.fromOpaque(pointer).takeUnretainedValue()
        guard size.pointee > 0 else { return desk.answer(holder.intake, on: connection) }
        let progress = holder.intake.append(UnsafeRawBufferPointer(start: bytes, count: size.pointee))
        size.pointee = 0
        return progress == .reading ? .YES : .NO
    }

    /// The first call for a request brings its head alone: what is wrong there is refused before the body.
    private static func begin(
        on connection: OpaquePointer, url: UnsafePointer<CChar>, method: UnsafePointer<CChar>,
        held: UnsafeMutablePointer<UnsafeMutableRawPointer?>, desk: WebDesk
    ) -> MHD_Result {
        let arguments = values(of: connection, .GET_ARGUMENT_KIND).compactMap { field in
            PercentEncoding.decoded(field.name).flatMap { name in
                PercentEncoding.decoded(field.value).map { (name, $0) }
            }
        }
        let intake = RequestIntake(
            method: String(cString: method), path: String(cString: url),
            query: Dictionary(arguments, uniquingKeysWith: { _, last in last }),
            headers: values(of: connection, .HEADER_KIND).map { ($0.name.lowercased(), $0.value) },
            address: address(of: connection), limits: desk.limits)
        held.pointee = Unmanaged.passRetained(Holder(intake)).toOpaque()
        return intake.objection == nil ? .YES : desk.answer(intake, on: connection)
    }

    /// Frees what `begin` retained, however the request ended.
    private static let completed: MHD_RequestCompletedCallback = { _, _, held, _ in
        guard let held, let pointer = held.pointee else { return }
        held.pointee = nil
        Unmanaged<Holder>.fromOpaque(pointer).release()
    }

    private typealias Unescape =
        @convention(c) (
            UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?
        ) -> Int

    /// Leaves everything percent-encoded: decoded too early, `%2F` would pass for a slash and `%00` for the
    /// end of the path.
    private static let unescape: Unescape = { _, _, text in text.map { strlen($0) } ?? 0 }

    private static let logger: MHD_LogCallback = { cls, format, arguments in
        guard let cls, let format, let arguments else { return }
        var line = [UInt8](repeating: 0, count: lineBytes)
        let written = line.withUnsafeMutableBytes { buffer in
            vsnprintf(buffer.baseAddress, buffer.count, format, arguments)
        }
        let text = line.prefix(min(max(Int(written), 0), lineBytes - 1)).map { $0 < 0x20 ? 0x20 : $0 }
        let desk = Unmanaged<WebDesk>.fromOpaque(cls).takeUnretainedValue()
        desk.complain("web: " + String(decoding: text, as: UTF8.self))
    }

    /// The client's address in digits; the one that means none (RFC 4291, section 2.5.2) where it is unknown.
    private static func address(of connection: OpaquePointer) -> String {
        guard let address = plumbline_client_address(connection) else { return "::" }
        let length =
            address.pointee.sa_family == sa_family_t(AF_INET6)
            ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        return status == 0 ? String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) : "::"
    }

    private static func values(
        of connection: OpaquePointer, _ kind: MHD_ValueKind
    ) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        withUnsafeMutablePointer(to: &fields) { pointer in
            _ = MHD_get_connection_values(
                connection, kind,
                { cls, _, name, value in
                    guard let cls, let name else { return .YES }
                    let fields = cls.assumingMemoryBound(to: [(name: String, value: String)].self)
                    fields.pointee.append((String(cString: name), value.map { String(cString: $0) } ?? ""))
                    return .YES
                }, pointer)
        }
        return fields
    }
}
