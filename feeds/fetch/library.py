"""httpx, brought in without what nobody here uses.

Owns what holds for the library as a whole: that its command line stays out and that it logs no request. The modules of
this package take httpx from here.
"""

from __future__ import annotations

import logging
import sys

_COMMAND_LINE = "httpx._main"

# With its command line come Rich and Pygments: three quarters of the time httpx takes to import, and a library of the
# screen in the engine. httpx does without where it cannot be imported, which is what None says here.
_kept_out = _COMMAND_LINE not in sys.modules
if _kept_out:
    sys.modules[_COMMAND_LINE] = None  # type: ignore[assignment]  # Python's own sign for «not to be imported»
try:
    import httpx
finally:
    if _kept_out:
        del sys.modules[_COMMAND_LINE]

# httpx logs addresses, httpcore below it what servers send, with their secrets and control characters.
for _name in ("httpcore", "httpx"):
    logging.getLogger(_name).setLevel(logging.WARNING)

__all__ = ["httpx"]
