"""The process that says facts: one event in each transaction, at even distances.

Prints when each was committed: just before its event was written and its transaction ended, so
that INSERT, COMMIT and the disk are in what is measured.
"""

import argparse
import json
import sys

import uvloop

from bench.latency import CORRELATION
from bench.saying import say

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--count", type=int, required=True)
    given = parser.parse_args()
    committed = uvloop.run(say(given.url, given.rate, given.count, CORRELATION))
    sys.stdout.write(json.dumps(committed))
