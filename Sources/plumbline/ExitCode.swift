/// What the process ends with; scripts depend on these numbers and they never change.
enum ExitCode: Int32 {
    case success = 0
    /// A mismatch was found, as grep and diff say it.
    case mismatch = 1
    case device = 2
    case timeout = 3
    /// Configuration, profile or plan is wrong.
    case configuration = 4
    /// Evidence does not verify.
    case evidence = 5
    case usage = 64
    case software = 70
    /// Disk or another kind of input and output failed.
    case inputOutput = 74
    case interrupted = 130
}
