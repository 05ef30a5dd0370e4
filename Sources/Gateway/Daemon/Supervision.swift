/// Runs the parts of the daemon together, and ends them in the order in which nothing that arrived is lost:
/// first whatever hands something to a station, then the stations, with what still waits for them.
struct Supervision: Sendable {
    let stations: [StationRunner]
    /// All parts but the stations.
    let others: [SupervisedPart]
    /// Called when the others have ended: the last moment at which something may be handed to a station.
    let settle: @Sendable () async -> Void

    /// Runs every part; the first that fails, or `stop`, ends them all. Returns how the first of them ended.
    ///
    /// What a station still has to do then is bounded by its inbox.
    func run(until stop: @escaping @Sendable () async -> Void) async -> Result<Void, any Error> {
        let (stationEnds, stationEnd) = AsyncStream.makeStream(of: Void.self)
        return await withTaskGroup(of: Result<Void, any Error>.self) { group in
            for station in stations {
                group.addTask {
                    defer { stationEnd.finish() }
                    do { try await station.run() } catch { return .failure(error) }
                    return .success(())
                }
            }
            var outcome = await runOthers {
                await withTaskGroup { waits in
                    waits.addTask { await stop() }
                    waits.addTask { for await _ in stationEnds {} }
                    await waits.next()
                    waits.cancelAll()
                }
            }
            await settle()
            for station in stations { station.inbox.finish() }
            for await ended in group {
                if case .success = outcome { outcome = ended }
            }
            stationEnd.finish()
            return outcome
        }
    }

    private func runOthers(
        until end: @escaping @Sendable () async -> Void
    ) async -> Result<Void, any Error> {
        await withTaskGroup(of: Result<Void, any Error>?.self) { group in
            for part in others { group.addTask { await part.outcome() } }
            group.addTask {
                await end()
                return .success(())
            }
            var outcome: Result<Void, any Error> = .success(())
            for await ended in group {
                guard let ended else { continue }
                outcome = ended
                break
            }
            group.cancelAll()
            return outcome
        }
    }
}
