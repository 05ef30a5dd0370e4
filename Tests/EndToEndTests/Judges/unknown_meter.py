"""A pymodbus server with a meter that nobody has described: prints its port, then answers until it ends.

The argument is a JSON list of values: {"table": "holding", "address": 32, "type": "FLOAT32", "value": 1.5,
"word_order": "little"}. pymodbus encodes them; every other address is refused.
"""

import asyncio
import json
import sys

from pymodbus import ModbusDeviceIdentification
from pymodbus.client.mixin import ModbusClientMixin
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

TABLES = ["coil", "discrete", "holding", "input"]


def blocks(values, table):
    """The table's values as blocks; pymodbus wants at least one in each."""
    found = []
    for value in (value for value in values if value["table"] == table):
        if table in ("coil", "discrete"):
            found.append(SimData(value["address"], values=value["value"], datatype=DataType.BITS))
            continue
        registers = ModbusClientMixin.convert_to_registers(
            value["value"], ModbusClientMixin.DATATYPE[value["type"]], value.get("word_order", "big"))
        found.append(SimData(value["address"], values=registers, datatype=DataType.REGISTERS))
    if not found:
        kind = DataType.BITS if table in ("coil", "discrete") else DataType.REGISTERS
        found.append(SimData(65535, values=[False] if kind == DataType.BITS else [0], datatype=kind))
    return found


async def main():
    values = json.loads(sys.argv[1])
    device = SimDevice(1, simdata=tuple(blocks(values, table) for table in TABLES))
    identity = ModbusDeviceIdentification(info_name={
        "VendorName": "Example Meters", "ProductCode": "EM-3", "MajorMinorRevision": "2.14"})
    server = ModbusTcpServer(device, identity=identity, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
