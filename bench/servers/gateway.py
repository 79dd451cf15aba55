"""The platform as it is: edge, gateway and all agents in one process (`souk up`)."""

from bench.servers.process import Meter, run
from souk.assembly import run_platform
from souk.settings import Settings


async def main(settings: Settings, _: Meter) -> None:
    await run_platform(settings)


if __name__ == "__main__":
    run(main, within_requests=True)
