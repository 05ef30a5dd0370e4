import Inspection
import Metrology
import Profiles
import Transports

extension ModbusDevice {
    /// Reads the oldest of the results that wait, where the reply to `request` says that some do.
    func attendQueue(after request: ReadRequest) async {
        guard let cycle = setup.registers.cycle, let queue = cycle.queue, queue.request == request.id,
            let entry = setup.registers.readPlan.request(cycle.request)
        else { return }
        guard let waiting = known[queue.waiting]?.number, !watch.isAcknowledging,
            let (finding, overrun) = watch.queue?.counted(waiting)
        else { return }
        if overrun {
            tell(
                .irregular(
                    "\(id): \(waiting) results wait, as many as it holds: whatever came after them, or "
                        + "before, may be lost"))
        }
        guard finding == .read else { return }
        let looked = watch.queue
        let exchange = await read(entry)
        // Part of an entry is no entry: it is read again at the next count.
        guard let pdu = exchange.replyPDU, entry.data(ofReply: pdu) != nil else {
            missed(entry, exchange)
            return
        }
        // What was read before a removal may have gone with it.
        guard watch.queue == looked, !watch.isAcknowledging else { return }
        use(exchange, of: entry)
        let samples = entry.points.compactMap { latest[$0.id] }
        switch watch.queue?.judge(entry: identity(ofReply: pdu)) {
        case .new(let number):
            status.results += 1
            tell(.result(group(cycle, number, samples, exchange)))
        case .takenBefore(let number):
            watch.isAcknowledging = true
            submit(.acknowledge(group(cycle, number, samples, exchange)))
        case .unclear(let number):
            status.results += 1
            let doubt = "it is the same as result \(number - 1), and may be that one, which was to be removed"
            tell(.irregular("\(id): result \(number) is kept for nobody: \(doubt)"))
            tell(.result(group(cycle, number, samples, exchange).doubted(because: doubt)))
        case .nothing, nil: break
        }
    }

    /// Removes an entry that is durable, where it is the oldest; false where that is to be tried again.
    ///
    /// Once a removal was sent it may have been carried out, whatever came of it: it is sent again only where
    /// the device said no. An entry with the same bytes might be another one.
    func remove(_ group: SampleGroup, _ number: UInt64) async -> Bool {
        guard let cycle = setup.registers.cycle, let queue = cycle.queue,
            let entry = setup.registers.readPlan.request(cycle.request)
        else { return true }
        watch.isAcknowledging = true
        let exchange = await read(entry)
        // Part of an entry does not tell which is the oldest.
        guard let oldest = exchange.replyPDU, entry.data(ofReply: oldest) != nil,
            let waiting = await count(queue)
        else { return false }
        switch watch.queue?.removal(of: identity(ofReply: oldest), among: waiting) {
        case .remove: break
        case .leftByItself:
            tell(
                .irregular(
                    "\(id): result \(number) is stored, and left the device's memory before it was removed: "
                        + "others may have been lost with it"))
            return true
        case .done, .unclear, nil: return true
        }
        watch.queue?.removing(of: waiting)
        // A read that removes may have been carried out without an answer.
        mayHaveTaken = setup.registers.acknowledgeRead != nil
        let isTold = await tellTaken(number)
        if !isTold, !mayHaveTaken { watch.queue?.isRefused() }
        // Before the next result comes, the count shows best that this one has gone.
        if let left = await count(queue) { watch.queue?.saw(left) }
        return isTold
    }

    /// How many wait at this moment; nil where the device does not say.
    private func count(_ queue: DeviceCycle.Queue) async -> UInt64? {
        guard let request = setup.registers.readPlan.request(queue.request) else { return nil }
        let exchange = await read(request)
        guard let pdu = exchange.replyPDU else { return nil }
        return readings(of: request, pdu).first { $0.point == queue.waiting }?.number
    }
}
