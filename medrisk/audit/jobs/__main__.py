"""``python -m medrisk.audit.jobs ID``: works on one job. Started by a server, with the job's lock; of no use by hand."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    from medrisk.audit.jobs.runner import main

    main(sys.argv[1])
