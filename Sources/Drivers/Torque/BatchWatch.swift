import Codecs

/// Compares the controller's batch counter with the results that came: where it jumps, something was
/// tightened that this gateway never heard of, or the batch was set back at the controller.
struct BatchWatch: Sendable {
    private struct Batch: Equatable {
        let parameterSet: Int?
        let job: Int?
        let size: Int
    }

    private var last: (batch: Batch, counter: Int)?
    /// Id of the result before; nil where there was none.
    private var lastID: UInt64?
    /// Whether the counter begins anew with the next result.
    private var isAnew = false

    /// A job or a parameter set was selected: the controller begins a new batch.
    mutating func selected() { (last, isAnew) = (nil, true) }

    /// What is odd about the counter of `result`, which has this id; nil where nothing is, where no batch is
    /// counted, and where results are missing before it, which is told already.
    ///
    /// A good screw counts; whether a bad one does is set at the controller. A full batch begins anew.
    mutating func irregularity(of result: TorqueResult, as id: UInt64) -> String? {
        let isNext = lastID.map { id == $0 &+ 1 } ?? true
        lastID = id
        guard let size = result.fields.number(.batchSize), size > 0,
            let counter = result.fields.number(.batchCounter)
        else {
            (last, isAnew) = (nil, false)
            return nil
        }
        let batch = Batch(
            parameterSet: result.fields.number(.parameterSetID), job: result.fields.number(.jobID),
            size: size)
        defer { (last, isAnew) = ((batch, counter), false) }
        guard isNext else { return nil }
        let before: Int
        if isAnew {
            before = 0
        } else if let last, last.batch == batch {
            before = last.counter
        } else {
            return nil
        }
        let start = before >= size ? 0 : before
        let mayBe = result.isOK == true ? [start + 1] : [before, start, start + 1]
        return mayBe.contains(counter)
            ? nil : "the batch counter went from \(before) to \(counter) of \(size)"
    }
}
