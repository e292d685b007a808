"""Decides how a child process is tied to its parent before it becomes the real program; must never outlive that parent.

Run as a script: ``python -I -S leash.py PARENT_PID SIGNAL UID -- PROGRAM ARGUMENTS``.
SIGNAL 0 lets it live on; UID ``-`` keeps the caller's user.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
NO_SETUID_FIXUP = 1 << 2  # access(2) then answers with the capabilities the program really has
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
CAPABILITY_VERSION_3 = 0x20080522


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapData(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def drop_root(libc: ctypes.CDLL, uid: int) -> None:
    """Become ``uid`` but stay able to reach programs and data inside somebody's private home."""
    header, held = _CapHeader(CAPABILITY_VERSION_3, 0), (_CapData * 2)()
    libc.capget(ctypes.byref(header), ctypes.byref(held))
    reading = held[0].permitted & (1 << CAP_DAC_READ_SEARCH)
    capability = CAP_DAC_READ_SEARCH if reading else CAP_DAC_OVERRIDE
    libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    reach = held[0].permitted & (1 << capability)
    wanted = (_CapData * 2)(_CapData(reach, reach, reach), _CapData(0, 0, 0))
    if libc.capset(ctypes.byref(header), ctypes.byref(wanted)) == 0 and reach:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def main(arguments: list[str]) -> None:
    """Leave the caller's process group, ask the kernel for SIGNAL when the parent dies, then become the program."""
    parent, signal_number, uid, separator, *program = arguments
    assert separator == "--"
    os.setsid()
    libc = ctypes.CDLL(None, use_errno=True)
    if uid != "-":
        drop_root(libc, int(uid))
    if int(signal_number):
        libc.prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit(1)
    os.execvp(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
