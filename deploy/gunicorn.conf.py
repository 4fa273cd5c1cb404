"""How gunicorn serves the doors alone: ``gunicorn -c deploy/gunicorn.conf.py 'bot.server:web()'``.

The work is done by ``pm worker`` beside it. More than one worker process needs PostgreSQL: set WEB_CONCURRENCY.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

# In a process of its own: whatever this one loads, every later generation of web processes would run.
_asked = subprocess.run([sys.executable, "-m", "bot.cli.serve"], capture_output=True, text=True, check=False)
# gunicorn reads this file anew at each reload, in the same process.
_kept = os.environ.get("PM_WEB_OPTIONS", "")  # noqa: TID251 - no setting of anybody's
if _asked.returncode and not _kept:
    raise SystemExit(_asked.stderr.strip())
if _asked.returncode:  # at a reload: what serves goes on, as it was started
    sys.stderr.write(f"{_asked.stderr.strip()}; the web processes stay as they are\n")
else:
    os.environ["PM_WEB_OPTIONS"] = _kept = _asked.stdout  # noqa: TID251
globals().update(json.loads(_kept))
