"""Runs a command as an ordinary user (nobody) to whom user namespaces are denied: `python as_ordinary_user.py COMMAND...`, as root.

The process enters a user namespace of its own, whose limit of further user namespaces is set to zero, becomes uid 65534 there and in the machine,
and executes the command: same process, so that signals and exit codes are the command's own. Where nobody may make user namespaces, in a chroot, they
are denied already, and it only becomes the user.
"""
import ctypes
import errno
import os
import signal
import sys

CLONE_NEWUSER = 0x10000000
NOBODY = 65534
MAP = f"0 0 1\n{NOBODY} {NOBODY} 1\n"


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def become_nobody():
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def enter_namespace_without_more(libc):
    """Does nothing where no user namespace can be made."""
    me = os.getpid()
    ready_read, ready_write = os.pipe()
    mapper = os.fork()
    if mapper == 0:  # stays root of the machine: only that may map two users
        os.close(ready_write)
        os.read(ready_read, 1)
        write(f"/proc/{me}/uid_map", MAP)
        write(f"/proc/{me}/gid_map", MAP)
        os._exit(0)
    os.close(ready_read)
    if libc.unshare(CLONE_NEWUSER) != 0:
        reason = ctypes.get_errno()
        os.kill(mapper, signal.SIGKILL)  # it waits still
        os.waitpid(mapper, 0)
        if reason != errno.EPERM:
            sys.exit(f"as_ordinary_user: unshare: {os.strerror(reason)}")
        os.close(ready_write)
        return
    os.close(ready_write)
    if os.waitpid(mapper, 0)[1] != 0:
        sys.exit("as_ordinary_user: the mapping was refused")
    write("/proc/sys/user/max_user_namespaces", "0")


def main():
    libc = ctypes.CDLL(None, use_errno=True)
    enter_namespace_without_more(libc)
    become_nobody()
    if libc.unshare(CLONE_NEWUSER) == 0:
        sys.exit("as_ordinary_user: user namespaces are not denied")
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
