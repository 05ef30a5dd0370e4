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
        watch.waiting = known[queue.waiting]?.number
        guard let waiting = watch.waiting, !watch.isAcknowledging,
            let (finding, overrun) = watch.queue?.counted(waiting)
        else { return }
        if overrun {
            tell(
                .irregular(
                    "\(id): \(waiting) results wait, as many as it holds: whatever came after them, or "
                        + "before, may be lost"))
        }
        guard finding == .read else { return }
        let exchange = await read(entry)
        // Part of an entry is no entry: it is read again at the next count.
        guard let pdu = exchange.replyPDU, entry.data(ofReply: pdu) != nil else {
            missed(entry, exchange)
            return
        }
        use(exchange, of: entry)
        let samples = entry.points.compactMap { latest[$0.id] }
        switch watch.queue?.judge(entry: pdu) {
        case .new(let number):
            status.results += 1
            tell(.result(group(cycle, number, samples, exchange)))
        case .takenBefore(let number):
            watch.isAcknowledging = true
            submit(.acknowledge(group(cycle, number, samples, exchange)))
        case .nothing, nil: break
        }
    }

    /// Removes an entry that is durable, unless another is the oldest by now; false where that is not known.
    func remove(_ group: SampleGroup, _ number: UInt64) async -> Bool {
        guard let cycle = setup.registers.cycle,
            let entry = setup.registers.readPlan.request(cycle.request)
        else { return true }
        watch.isAcknowledging = true
        let exchange = await read(entry)
        guard let oldest = exchange.replyPDU else { return false }
        guard oldest == group.raw else {
            watch.queue?.isGone()
            tell(
                .irregular(
                    "\(id): result \(number) is stored, and left the device's memory before it was removed: "
                        + "others may have been lost with it"))
            return true
        }
        guard await tellTaken(number) else { return false }
        let waiting = watch.waiting
        watch.queue?.removed(of: waiting)
        return true
    }
}
