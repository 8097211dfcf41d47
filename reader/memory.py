"""What the component does so that a password in its memory stays there: no core dump, no look from outside."""

import ctypes
import logging
import sys

_PR_SET_DUMPABLE = 4

logger = logging.getLogger(__name__)


def keep_private() -> None:
    """As far as this system can: other programs of this person can neither read this memory nor have it written to a file."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        logger.warning("this process's memory is open to other programs of the same person")
