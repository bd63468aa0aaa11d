"""`python -m bench.province [scale]`: make the province unless it is there, and say where it is until Ctrl-C."""

import asyncio
import sys

from bench.province import a_province


async def _serve(scale: float) -> None:
    async with a_province(scale) as province:
        sys.stdout.write(f"{province.dsn}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(_serve(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
    except KeyboardInterrupt:
        sys.exit(0)
