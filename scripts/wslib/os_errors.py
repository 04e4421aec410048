# SPDX-License-Identifier: Apache-2.0
"""What the system refused, as one sentence: where, why, and what helps."""

import errno
import os

_PROTECTED = "use another folder, or change its permissions"
_HELPS = {
    errno.ENOSPC: "free some space or inodes there (df -h and df -i tell), or use another folder",
    errno.EDQUOT: "free some of your quota there, or use another folder",
    errno.EROFS: "use another folder",
    errno.EACCES: _PROTECTED,
    errno.EPERM: _PROTECTED,
    errno.EFBIG: "a file may not become so large here (ulimit -f, or the file system's own limit)",
    errno.EMFILE: "more files have to be open at once (ulimit -n)",
    errno.ENFILE: "more files have to be open at once than this machine allows",
    errno.EAGAIN: "more processes have to run at once (ulimit -u)",
    errno.ENOMEM: "end other programs, or give the machine less memory",
    errno.EIO: "the device or terminal behind it has failed or is gone",
    errno.EBADF: "it is closed",
}


def sentence(error: OSError) -> str:
    if error.filename is None and error.errno == errno.ENOENT and _nowhere():
        return "the working directory was deleted; change to a folder that is there"
    where = os.fsdecode(error.filename) + ": " if isinstance(error.filename, (str, bytes, os.PathLike)) else ""
    helps = _HELPS.get(error.errno)
    return f"{where}{error.strerror or error}" + (f"; {helps}" if helps else "")


def is_wrong_name(error: OSError) -> bool:
    """Has somebody named what is not there or is something else? Anything else is no fault of the command that was given."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EINVAL)


def _nowhere() -> bool:
    try:
        os.getcwd()
    except OSError:
        return True
    return False
