"""Serves Modbus with pymodbus in the framing that is named, on loopback, and says on which port.

Register n of units 1, 2 and 3 holds 1000 * unit + n; their bits are 0. Ends when its standard input does.
"""

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def unit(number):
    """One unit with 200 registers of each kind and 208 bits."""
    bits = [SimData(0, values=[False] * 208, datatype=DataType.BITS)]
    registers = [
        SimData(0, values=[1000 * number + address for address in range(200)], datatype=DataType.REGISTERS)
    ]
    return SimDevice(number, simdata=(bits, bits, registers, registers))


async def main():
    server = ModbusTcpServer(
        [unit(number) for number in (1, 2, 3)], framer=FramerType(sys.argv[1]), address=("127.0.0.1", 0), broadcast_enable=True
    )
    await server.listen()
    print(server.transport.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.shutdown()


asyncio.run(main())
