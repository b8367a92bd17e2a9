"""What a process may use, for tests of what happens where there is no more of it."""

import resource


def limit_files(size: int | None) -> None:
    """No file of this process may grow beyond so many bytes, as on a full disk; None: any may again."""
    limit = resource.RLIM_INFINITY if size is None else size
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
