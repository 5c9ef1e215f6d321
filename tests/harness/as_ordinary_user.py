"""Runs a command as an ordinary user (nobody) to whom user namespaces are denied: `python as_ordinary_user.py COMMAND...`, as root.

The process enters a user namespace of its own, whose limit of further user namespaces is set to zero, becomes uid 65534 there and in the machine,
and executes the command: same process, so that signals and exit codes are the command's own. Where nobody may make user namespaces, in a chroot, they
are denied already, and it only becomes the user. A checkout that only root can reach, in root's home, is shown at its own place over an empty folder, in a
mount namespace of the process.
"""
import ctypes
import errno
import os
import pathlib
import signal
import sys

CLONE_NEWUSER, CLONE_NEWNS = 0x10000000, 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
NOBODY = 65534
MAP = f"0 0 1\n{NOBODY} {NOBODY} 1\n"


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def check(libc, result, what):
    if result != 0:
        sys.exit(f"as_ordinary_user: {what}: {os.strerror(ctypes.get_errno())}")


def mount(libc, source, target, kind, flags, options=None):
    encoded = [None if text is None else str(text).encode() for text in (source, target, kind)]
    check(libc, libc.mount(*encoded, flags, None if options is None else options.encode()), f"mount {target}")


def make_checkout_reachable(libc, program):
    if CHECKOUT not in pathlib.Path(program).resolve().parents:
        return
    closed = next((folder for folder in reversed(CHECKOUT.parents) if not folder.stat().st_mode & 0o001), None)
    if closed is None:
        return
    check(libc, libc.unshare(CLONE_NEWNS), "unshare the mounts")
    here = os.open(CHECKOUT, os.O_PATH)  # of the new namespace: only its own can be mounted in it
    above = next(folder for folder in (closed, *closed.parents) if os.path.ismount(folder))
    libc.mount(None, str(above).encode(), None, MS_PRIVATE, None)  # refused in a chroot, whose root is no mount
    mount(libc, "tmpfs", closed, "tmpfs", 0, "mode=755")
    CHECKOUT.mkdir(parents=True, exist_ok=True)
    mount(libc, f"/proc/self/fd/{here}", CHECKOUT, None, MS_BIND | MS_REC)
    os.close(here)


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
    make_checkout_reachable(libc, sys.argv[1])
    enter_namespace_without_more(libc)
    become_nobody()
    if libc.unshare(CLONE_NEWUSER) == 0:
        sys.exit("as_ordinary_user: user namespaces are not denied")
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
