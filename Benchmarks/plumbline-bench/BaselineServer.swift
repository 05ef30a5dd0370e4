internal import CBaselines

/// The C server that both sides of a Modbus benchmark read from.
final class BaselineServer {
    private let server: OpaquePointer

    init(processor: UInt32) throws(BenchmarkError) {
        guard let server = plumbline_baseline_server_start(processor) else {
            throw BenchmarkError(description: "the server cannot listen on 127.0.0.1")
        }
        self.server = server
    }

    deinit { plumbline_baseline_server_stop(server) }

    var port: UInt16 { plumbline_baseline_server_port(server) }

    /// Requests answered since the start.
    var answers: UInt64 { plumbline_baseline_server_answers(server) }
}
