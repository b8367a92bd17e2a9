"""Run one of our commands under cProfile, by processor time: `python -m bench.profiled FILE consume`.

The clock would count the waiting for disk and for other processes to whatever function happened to run.
"""

import cProfile
import sys
import time

from service.cli.main import main

if __name__ == "__main__":
    profile = cProfile.Profile(time.process_time)
    try:
        profile.runcall(main, sys.argv[2:])
    finally:
        profile.dump_stats(sys.argv[1])
