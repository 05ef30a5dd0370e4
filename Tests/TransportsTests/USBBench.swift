import Codecs

@testable import Transports

/// A machine with what it was told and what it asked for.
struct USBBench {
    var machine: USBScannerMachine
    var actions: [USBScannerMachine.Action] = []

    init(
        _ address: USBDeviceAddress = USBSamples.address, _ mode: USBScannerMode = .hidPOS,
        interfaces: [USBInterfaceKind]? = nil, known: USBIdentity? = nil
    ) {
        let rule = USBScannerRule(address: address, mode: mode, interfaces: interfaces)
        machine = USBScannerMachine(device: "SCAN-1", rule: rule, known: known)
    }

    mutating func take(_ input: USBScannerMachine.Input) { actions = machine.take(input) }

    var refusals: [String] {
        actions.compactMap { if case .tell(.refused(let reason, _)) = $0 { reason } else { nil } }
    }
}
