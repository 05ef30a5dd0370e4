/// Makes profiles out of what other programs know about a device.
package enum ProfileImport {
    /// Whose files are read.
    package enum Format: String, Sendable, CaseIterable {
        /// `[[inputs.modbus]]` of Telegraf, in its register, request and metric styles.
        case telegraf
        /// Tags of EMQ's Neuron as CSV.
        case neuronCSV = "neuron-csv"
        /// A device profile of EdgeX's device-modbus.
        case edgex
    }

    /// The profile's text; nil after noting in `faults` why there is none. What was left out is a warning.
    package static func profile(
        from file: SourceFile, format: Format, name: String, faults: FaultCollector
    ) -> String? {
        let draft: ProfileDraft? =
            switch format {
            case .telegraf: TelegrafImport.read(file, name: name, faults)
            case .neuronCSV: NeuronImport.read(file, name: name, faults)
            case .edgex: EdgeXImport.read(file, name: name, faults)
            }
        guard faults.isClean, let draft else { return nil }
        guard draft.count > 0 else {
            faults.fault(
                SourcePlace(file: file.path), "nothing in it is a Modbus value",
                "check that it is a file of \(format.rawValue)")
            return nil
        }
        return draft.text
    }
}
