"""Polls Modbus TCP devices with pymodbus: a task a device, all on one absolute grid, floats decoded.

usage: pymodbus_poller.py INTERVAL_NS REGISTERS PROCESSOR PORT...
"""

import asyncio
import os
import sys

from pymodbus.client import AsyncModbusTcpClient


async def poll(port: int, interval: float, registers: int) -> None:
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=1, reconnect_delay_max=1)
    await client.connect()
    loop = asyncio.get_running_loop()
    due = loop.time() // interval * interval + interval
    while True:
        await asyncio.sleep(due - loop.time())
        reply = await client.read_holding_registers(0, count=registers, device_id=1)
        if not reply.isError():
            client.convert_from_registers(reply.registers, client.DATATYPE.FLOAT32, word_order="little")
        # What is late is left out, not caught up in a bunch.
        due = max(due, loop.time() // interval * interval) + interval


async def main() -> None:
    interval, registers, processor = int(sys.argv[1]) / 1e9, int(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, {processor})
    await asyncio.gather(*(poll(int(port), interval, registers) for port in sys.argv[4:]))


asyncio.run(main())
