"""Serves Modbus with pymodbus in the framing that is named, on loopback, and says on which port.

Holding register n of units 1, 2 and 3 holds 1000 * unit + n. Ends when its standard input does.
"""

import asyncio
import sys

from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice


def unit(number):
    """One unit with 200 registers."""
    registers = [1000 * number + address for address in range(200)]
    return SimDevice(number, simdata=[SimData(0, values=registers, datatype=DataType.REGISTERS)])


async def main():
    server = ModbusTcpServer(
        [unit(number) for number in (1, 2, 3)], framer=FramerType(sys.argv[1]), address=("127.0.0.1", 0), broadcast_enable=True
    )
    await server.listen()
    print(server.transport.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await server.shutdown()


asyncio.run(main())
