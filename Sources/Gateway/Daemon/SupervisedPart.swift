/// One thing that runs as long as the daemon does, by the name under which its end is reported.
struct SupervisedPart: Sendable {
    private let name: String
    private let run: @Sendable () async throws -> Void

    init(_ name: String, run: @escaping @Sendable () async throws -> Void) {
        (self.name, self.run) = (name, run)
    }

    /// Runs the part to its end: the failure that ended it, or nil where everything is being stopped.
    func outcome() async -> Result<Void, any Error>? {
        do {
            try await run()
            // A part ends by itself only where everything is being stopped.
            return Task.isCancelled ? nil : .failure(GatewayError(.software, "\(name) ended by itself"))
        } catch {
            return .failure(error)
        }
    }
}
