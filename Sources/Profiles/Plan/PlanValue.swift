internal import Metrology

/// A value of a device as a plan sees it, whatever the device speaks.
struct PlanValue {
    /// What it says.
    enum Meaning {
        case text
        case words(Set<String>)
        case quantity(UnitOfMeasure)
        /// A number whose unit the device says: what it measures, and the units in which it may come.
        case chosen(QuantityKind, [UnitOfMeasure])
    }

    let id: String
    let meaning: Meaning
    /// Whether it can be read whenever somebody wants it, or comes with a result.
    let isRead: Bool
}

extension DeviceProfile {
    /// Everything that a plan may measure; a scanner has nothing.
    var planValues: [PlanValue] {
        if let lines {
            return lines.points.map { PlanValue(id: $0.id, meaning: lines.meaning(of: $0), isRead: true) }
        }
        if let torque { return torque.planValues }
        return points.map {
            PlanValue(id: $0.id, meaning: meaning(of: $0), isRead: $0.access.reads && !$0.clearsOnRead)
        }
    }

    private func meaning(of point: DevicePoint) -> PlanValue.Meaning {
        switch point.meaning {
        case .text: return .text
        case .words(let words): return .words(words.words)
        case .quantity(let quantity):
            switch quantity.unit {
            case .fixed(let unit): return .quantity(unit)
            case .from(let source):
                guard case .words(let words) = points.first(where: { $0.id == source })?.meaning else {
                    return .chosen(quantity.kind, [])
                }
                return .chosen(quantity.kind, words.words.sorted().compactMap { UnitOfMeasure($0) })
            }
        }
    }
}

extension LineProfile {
    fileprivate func meaning(of point: LinePoint) -> PlanValue.Meaning {
        switch point.meaning {
        case .text: return .text
        case .words: return .words(Set(point.words))
        case .number(let number):
            switch number.unit {
            case .fixed(let unit): return .quantity(unit)
            case .from(let source, let otherwise):
                let said = self.point(source)?.words ?? []
                return .chosen(
                    number.kind,
                    said.sorted().compactMap { UnitOfMeasure($0) } + [otherwise].compactMap(\.self))
            }
        }
    }

    /// Whether it says a line at the end of each of its cycles.
    package var reportsResults: Bool {
        guard case .reporting = speaking else { return false }
        return true
    }
}
