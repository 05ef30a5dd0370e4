import CModbus
import Glibc
import Linux
import Testing

/// libmodbus's own TCP server, as a judge of what the engine sends; serves one connection.
final class LibmodbusServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let thread: SystemThread

    init() throws {
        let (listener, port) = try ScriptedDevice.listen()
        (self.listener, self.port) = (listener, port)
        thread = try SystemThread(name: "libmodbus-server") {
            guard let context = modbus_new_tcp("127.0.0.1", Int32(port)),
                let mapping = modbus_mapping_new(100, 100, 300, 300)
            else { return }
            var socket = listener
            for index in 0..<300 { mapping.pointee.tab_input_registers[index] = UInt16(index * 3) }
            for index in 0..<100 { mapping.pointee.tab_input_bits[index] = index % 3 == 0 ? 1 : 0 }
            // Its select(2) ends the process at descriptor 1,024, and at -1.
            let connection = modbus_tcp_accept(context, &socket)
            guard (0..<1_024).contains(connection) else {
                Issue.record("libmodbus cannot serve descriptor \(connection)")
                return
            }
            var query = [UInt8](repeating: 0, count: 260)
            while true {
                let count = modbus_receive(context, &query)
                if count < 0 { break }
                if count > 0 { modbus_reply(context, query, count, mapping) }
            }
            modbus_mapping_free(mapping)
            modbus_close(context)
            modbus_free(context)
        }
    }

    /// Call it when the client has closed its connection.
    func stop() {
        thread.join()
        close(listener)
    }
}
