/// Where something stands in a file; line and column count from 1, columns in characters.
package struct SourcePlace: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int = 1, column: Int = 1) {
        (self.file, self.line, self.column) = (file, line, column)
    }

    package static func < (left: SourcePlace, right: SourcePlace) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }

    package var description: String { "\(file):\(line):\(column)" }
}

/// One thing that is wrong in a file: where, what, and what to do about it.
package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    package let place: SourcePlace
    package let what: String
    /// What the person who wrote the file should do.
    package let remedy: String

    package init(_ place: SourcePlace, _ what: String, _ remedy: String) {
        (self.place, self.what, self.remedy) = (place, what, remedy)
    }

    package var file: String { place.file }
    package var line: Int { place.line }
    package var column: Int { place.column }

    /// `file:line:column: what: what to do`, on one line whatever the file holds.
    package var description: String { "\(place): \(what): \(remedy)" }
}

/// All that is wrong with one or more files; thrown only when there is at least one fault.
package struct Faults: Error, Sendable, Equatable, CustomStringConvertible {
    /// In the order of files, lines and columns.
    package let all: [Fault]

    package init(_ all: [Fault]) { self.all = all }

    package var description: String { all.map(\.description).joined(separator: "\n") }
}

/// Collects what is wrong while files are decoded, so that a person sees everything at once.
///
/// A fault stops the start; a warning is printed and lets it go on.
package final class FaultCollector {
    /// More would not be read by anyone, and a file of 1 MiB could make a hundred thousand.
    package static let mostKept = 200

    private var faults: Set<Fault> = []
    private var warned: Set<Fault> = []
    /// Names that the file gives to what could not be read: whoever refers to them is not wrong for that.
    private var unread: Set<String> = []
    /// Faults that came after `mostKept` were full.
    package private(set) var leftOut = 0

    package init() {}

    /// Notes something that stops the start. The same thing at the same place is kept once.
    package func fault(_ place: SourcePlace, _ what: String, _ remedy: String) {
        add(Fault(place, what, remedy))
    }

    /// Notes a fault that was made elsewhere.
    package func add(_ fault: Fault) {
        guard faults.count < Self.mostKept else {
            leftOut += 1
            return
        }
        faults.insert(fault)
    }

    /// Notes something that a person should know and that stops nothing.
    package func warn(_ place: SourcePlace, _ what: String, _ remedy: String) {
        guard warned.count < Self.mostKept else { return }
        warned.insert(Fault(place, what, remedy))
    }

    /// Begins a file whose names have nothing to do with those of the file before.
    func forgetUnread() { unread = [] }

    /// `name` is there, and a fault says why it could not be read.
    func noteUnread(_ name: String) { unread.insert(name) }

    /// Notes, as `what`, that `name` does not exist, unless it is there and could not be read. An array `a`
    /// stands for its elements `a.0`, `a.1` too.
    func missing(_ name: String, among names: [String], _ place: SourcePlace, _ what: String) {
        let array = name.lastIndex(of: ".").map { String(name[..<$0]) }
        guard !unread.contains(name), array.map(unread.contains) != true else { return }
        fault(place, what, NearestName.remedy(for: name, among: names + unread))
    }

    /// Whether nothing so far stops the start.
    package var isClean: Bool { faults.isEmpty }

    /// How many faults there are so far: a decoder compares before and after a part.
    package var count: Int { faults.count + leftOut }

    /// Every fault, sorted by place; where some were left out, the last one says how many.
    package var sorted: [Fault] {
        let all = Self.sorted(faults)
        guard leftOut > 0, let last = all.last else { return all }
        return all + [Fault(last.place, "\(leftOut) more faults are not shown", "mend these first")]
    }

    /// Every warning, sorted by place.
    package var warnings: [Fault] { Self.sorted(warned) }

    /// Throws `Faults` if there is any fault.
    package func throwIfAny() throws(Faults) {
        if !isClean { throw Faults(sorted) }
    }

    private static func sorted(_ faults: Set<Fault>) -> [Fault] {
        faults.sorted { ($0.place, $0.what, $0.remedy) < ($1.place, $1.what, $1.remedy) }
    }
}
