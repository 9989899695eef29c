"""File descriptors: each connection needs one, and most systems allow few unless asked."""

import sys

if sys.platform != "win32":
    import resource


def raise_limit() -> None:
    """Allow as many as this process may allow itself."""
    if sys.platform != "win32":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
