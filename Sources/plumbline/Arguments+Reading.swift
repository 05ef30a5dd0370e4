import Codecs
import Gateway
import Ledger

extension Arguments {
    /// Leaves in the data directory that this command read what was `asked`, before it shows anything.
    ///
    /// A copy that this user may only read takes no note, and the reader is told so. Throws where the note
    /// cannot be made durable otherwise: what is not noted is not shown.
    func noteReading(
        _ command: String, _ asked: [String: JSONValue], found: Int, _ console: Console
    ) throws(CommandFailure) {
        let note = ReadNote(command: command, asked: asked, found: found)
        let directory = DataDirectory(try dataDirectory())
        do throws(LedgerError) {
            guard try !note.leave(in: directory) else { return }
        } catch {
            throw CommandFailure(
                .inputOutput, "records are not shown where their reading cannot be recorded: \(error)")
        }
        console.say("note: you may only read \(directory.path), so that this reading is not recorded")
    }
}
