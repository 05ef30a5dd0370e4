/// A client of an Open Protocol controller, over TCP or a serial line.
protocol ControllerConnection: AnyObject {
    var device: String { get }
    /// A number that no other connection has had.
    var client: Int { get }
    func send(_ wire: [UInt8])
    /// The controller ends the connection, with a reset where it is abrupt.
    func end(abruptly: Bool)
}
