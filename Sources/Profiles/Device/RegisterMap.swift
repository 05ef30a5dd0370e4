/// The registers of a Modbus device.
package struct RegisterMap: Sendable, Equatable {
    package let timeoutMilliseconds: Int
    package let timing: DeviceTiming
    package let limits: AccessLimits
    package let points: [DevicePoint]
    /// What is read, when, and which points each reply holds.
    package let readPlan: ReadPlan
    /// How the device says that a result is ready; nil for a device without results of its own.
    package let cycle: DeviceCycle?
    /// What the device must be set to, in this order, whenever it is met.
    package let setup: [DeviceSetting]
    package let vectors: [GoldenVector]
    /// How the device says who it is; nil where it does not.
    package let identity: IdentityRule?

    package init(
        timeoutMilliseconds: Int, timing: DeviceTiming, limits: AccessLimits, points: [DevicePoint],
        readPlan: ReadPlan, cycle: DeviceCycle?, setup: [DeviceSetting] = [], vectors: [GoldenVector],
        identity: IdentityRule? = nil
    ) {
        (self.timeoutMilliseconds, self.timing, self.limits) = (timeoutMilliseconds, timing, limits)
        (self.points, self.readPlan, self.setup) = (points, readPlan, setup)
        (self.cycle, self.vectors, self.identity) = (cycle, vectors, identity)
    }

    /// The point with this id.
    package func point(_ id: String) -> DevicePoint? { points.first { $0.id == id } }
}

/// One request, whose one reply (or whose guarded parts) is one atomic group of values.
package struct ReadRequest: Sendable, Equatable {
    /// The profile's own id, or `input.0x0127` for one that was put together from loose points.
    package let id: String
    package let table: RegisterTable
    package let address: Int
    /// Registers, or bits of a bit table.
    package let count: Int
    package let moment: ReadMoment
    /// The points whose values come out of its reply, in the order of the profile.
    package let points: [DevicePoint]
    /// Whether the profile wrote it: then it comes whole or not at all, and is never read in pieces.
    package let isAtomic: Bool
    /// For a group wider than one reply: its reads in their order, the guard's own last. Else empty.
    package let parts: [Range<Int>]
    /// Decodes the reply where no value needs that of another point; nil where one does.
    let independentPoints: [FixedPoint]?

    package init(
        id: String, table: RegisterTable, address: Int, count: Int, moment: ReadMoment, points: [DevicePoint],
        isAtomic: Bool = false, parts: [Range<Int>] = []
    ) {
        (self.id, self.table, self.address, self.count) = (id, table, address, count)
        (self.moment, self.points, self.isAtomic, self.parts) = (moment, points, isAtomic, parts)
        independentPoints = points.contains(where: \.isDependent) ? nil : points.map(FixedPoint.make)
    }

    package var addresses: Range<Int> { address..<address + count }
}

/// Everything that is read of a device, in the order of the profile.
package struct ReadPlan: Sendable, Equatable {
    package let requests: [ReadRequest]

    package init(requests: [ReadRequest]) { self.requests = requests }

    /// The request with this id.
    package func request(_ id: String) -> ReadRequest? { requests.first { $0.id == id } }

    /// The request whose reply holds this point.
    package func request(holding point: String) -> ReadRequest? {
        requests.first { $0.points.contains { $0.id == point } }
    }
}
