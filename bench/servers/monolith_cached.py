"""The monolith with Strawberry's own parser and validation caches switched on."""

from functools import partial

from bench.servers.monolith import main
from bench.servers.process import run

if __name__ == "__main__":
    run(partial(main, cached=True))
