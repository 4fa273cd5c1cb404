"""How gunicorn serves the doors alone: ``gunicorn -c deploy/gunicorn.conf.py 'bot.server:web()'``.

The work is done by ``pm worker`` beside it. More than one worker process needs PostgreSQL: set WEB_CONCURRENCY.
"""

from __future__ import annotations

from bot.cli.serve import options
from bot.settings import Settings

_options = dict(options(Settings.from_environment()))
del _options["workers"]  # gunicorn reads WEB_CONCURRENCY itself; its default is 1
globals().update(_options)
