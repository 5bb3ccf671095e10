"""Become a server that dies with the supervisor, under another account where root must not run it.

Run as a script by a bare interpreter (`python -I -S launch.py SPEC -- COMMAND...`), never imported by the supervisor:
what it does is not safe between fork and exec of a program with threads, and costs 15 ms this way.
SPEC is JSON: parent (process id), signal (sent by the kernel when the parent's thread ends), and for another account
uid, gid and capability (a number or null) with which that account may still walk through closed folders such as /root.
"""

import ctypes
import json
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION_3 = 0x20080522
LAUNCH_FAILED = 126


class CapabilityHeader(ctypes.Structure):
    """What Linux calls `__user_cap_header_struct`."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilityData(ctypes.Structure):
    """What Linux calls `__user_cap_data_struct`."""

    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def checked(result: int, what: str) -> None:
    """The result of a system call. Raises OSError where it is a failure."""
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def become(libc: ctypes.CDLL, uid: int, gid: int, capability: int | None) -> None:
    """Give up root for good; keep at most the one capability, and only for what is executed next."""
    if capability is not None:
        # Keeps capabilities across the change of account, and lets access(2) heed them: PostgreSQL asks it whether its
        # own programs may be executed, and below a closed folder would hear no.
        checked(libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0), "PR_SET_SECUREBITS")
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if capability is None:
        return
    bits = (CapabilityData * 2)()
    word = bits[capability // 32]
    word.effective = word.permitted = word.inheritable = 1 << (capability % 32)
    checked(libc.capset(ctypes.byref(CapabilityHeader(CAPABILITY_VERSION_3, 0)), bits), "capset")
    checked(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), "PR_CAP_AMBIENT_RAISE")


def main() -> None:
    """Become the account and the program that the arguments name."""
    spec = json.loads(sys.argv[1])
    command = sys.argv[sys.argv.index("--") + 1 :]
    try:
        libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        if spec.get("uid") is not None and libc is not None:
            become(libc, spec["uid"], spec["gid"], spec["capability"])
        if libc is not None:
            # After the change of account, which clears it.
            checked(libc.prctl(PR_SET_PDEATHSIG, spec["signal"], 0, 0, 0), "PR_SET_PDEATHSIG")
        if os.getppid() != spec["parent"]:
            sys.exit(LAUNCH_FAILED)  # The supervisor ended before the kernel was told to tell us.
        os.execv(command[0], command)  # noqa: S606 - that is its purpose
    except OSError as error:
        print(f"cannot start {command[0]}: {error}", file=sys.stderr, flush=True)
        sys.exit(LAUNCH_FAILED)


if __name__ == "__main__":
    main()
