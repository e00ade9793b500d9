"""Confine the process that judges: what the code of a student can read, write, reach and start.

Three layers, each where the system has it: limits of the process (Linux, macOS), a Landlock rule set for files and signals,
and namespaces of its own for network and processes (Linux). All of them are applied by an ordinary user, to this process
and its children, and cannot be taken back.
"""

import ctypes
import os
import socket
import struct
import sys
import tempfile
from pathlib import Path

from mldesign import environment
from mldesign.lab import runner, tasks

try:
    import resource
except ImportError:  # Windows
    resource = None

LINUX = sys.platform == "linux"
FILES, APART = "files", "network and processes"  # what :func:`enter` can put out of reach
SIZE = 256 * 2**20  # bytes of the largest file that may be written
CPU = 60  # seconds of processor time of each process; the time limit by the clock comes first, unless it escapes that
STARTED = 512  # processes and threads that the user may have beside those that run already

COURSE = ("mldesign", "data", "labs/checks", "labs/project", "labs/states.toml", "labs/stubs", ".cache/labs")
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/proc", "/sys")
SYSTEM += tuple(
    f"/etc/{name}"
    for name in ("alternatives", "fonts", "gitconfig", "group", "hosts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
)
SYSTEM += tuple(f"/etc/{name}" for name in ("localtime", "nsswitch.conf", "passwd", "ssl", "timezone"))
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")

_libc = ctypes.CDLL(None, use_errno=True) if LINUX else None


def limits(running: int = 0, cpu: int = CPU) -> None:
    """Set the limits of this process and its children: memory, processor time, size of files, number of processes.

    Args:
        running: processes and threads of this user that run already.
        cpu: seconds of processor time of each process.
    """
    if resource is None:
        return
    wanted = {"RLIMIT_CORE": 0, "RLIMIT_CPU": cpu, "RLIMIT_FSIZE": SIZE, "RLIMIT_NPROC": running + STARTED}
    if LINUX:  # macOS does not count what libraries reserve
        wanted["RLIMIT_DATA"] = runner.ceiling()
    for name, value in wanted.items():
        kind = getattr(resource, name)
        _, highest = resource.getrlimit(kind)
        value = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(kind, (value, value))


def variables(folder: Path) -> dict[str, str]:
    """Return the whole environment of judged code: the quiet tools, a home of its own, and nothing of the instructor's."""
    home, scratch = folder / "home", folder / "tmp"
    for place in (home, scratch):
        place.mkdir(exist_ok=True)
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "WINDIR", "PATHEXT", "COMSPEC", "NUMBER_OF_PROCESSORS", "JAVA_HOME")
    own = {name: os.environ[name] for name in kept if name in os.environ} | environment.QUIET
    return own | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), own.get("PATH", "")]),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "TMPDIR": str(scratch),
        "TEMP": str(scratch),
        "TMP": str(scratch),
        "DVC_SITE_CACHE_DIR": str(scratch / "dvc"),
        "GIT_CEILING_DIRECTORIES": str(folder),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": os.pathsep.join([str(folder / "tree" / "src"), str(Path(tasks.__file__).resolve().parents[2])]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def enter(folder: Path, wanted: list[str]) -> list[str]:
    """Confine this process to a folder. It goes on in a child of itself where it is set apart.

    Args:
        folder: what it may write.
        wanted: of :data:`FILES` and :data:`APART`, what shall be tried.

    Returns:
        Which of these hold now.
    """
    own = variables(folder)  # before the old ones go: PATH and the system's folder are taken from them
    os.environ.clear()
    os.environ.update(own)
    tempfile.tempdir = None
    sys.addaudithook(_no_network)
    if not LINUX:
        return []
    held = [APART] if APART in wanted and _namespaces() else []
    _libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)  # from here on no program, such as sudo, gives more rights than these
    return [*held, FILES] if FILES in wanted and _landlock(folder) else held


def probe(payload: dict) -> dict:
    """Return which of ``wanted`` hold in a process that is confined to ``folder``, and what else proves it.

    Files are out of reach when the file ``beside`` cannot be read; a network when nothing but loopback is there.
    """
    held = enter(Path(payload["folder"]), payload["wanted"])
    try:
        Path(payload["beside"]).read_bytes()
        hidden = False
    except OSError:
        hidden = True
    reached = [name for _, name in socket.if_nameindex() if name != "lo"] if LINUX else ["unknown"]
    return {"guards": [guard for guard in held if (hidden if guard == FILES else not reached)]}


def _no_network(event: str, arguments: tuple) -> None:
    """Refuse, in this Python process, any connection or look-up that would leave the machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else None  # else a socket in the file system
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if host not in (None, "", "localhost", "::1", "::", "0.0.0.0") and not str(host).startswith("127."):
        raise ConnectionError(f"No check needs the network, and {host} is not this machine.")


# Namespaces: no network but loopback, and processes that end with the one that started them

NEWUSER, NEWIPC, NEWPID, NEWNET = 0x10000000, 0x08000000, 0x20000000, 0x40000000
DEATH_SIGNAL, NO_NEW_PRIVILEGES, KILL = 1, 38, 9


def _namespaces() -> bool:
    """Move into new namespaces for users, network and processes, and go on as their first process; False when refused."""
    user, group = os.getuid(), os.getgid()
    if _libc.unshare(NEWUSER | NEWIPC | NEWPID | NEWNET):
        return False
    try:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_bytes(text.encode())
        _loopback()
    except OSError:
        return False
    child = os.fork()
    if child:
        os.closerange(3, 1024)
        os.waitpid(child, 0)
        os._exit(0)
    _libc.prctl(DEATH_SIGNAL, KILL, 0, 0, 0)
    return True


def _loopback() -> None:
    """Switch on 127.0.0.1 in a new network namespace: a lab's service listens there."""
    import fcntl

    get_flags, set_flags, up = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack_from("h", fcntl.ioctl(any_socket, get_flags, request), 16)[0]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", flags | up))


# Landlock (Linux 5.13 and later): see "Landlock: unprivileged access control" in the kernel's documentation

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same on every architecture
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE, DEVICE = (1 << bit for bit in (0, 1, 2, 3, 13, 14, 15))
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE  # what can be granted on a single file
ABSTRACT_SOCKETS, SIGNALS = 1, 2


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def readable() -> list[Path]:
    """Return what judged code may read and execute: the system, Python, the packages, the course, and no home."""
    course = Path(tasks.__file__).resolve().parents[2]
    pythons = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    places = [*map(Path, SYSTEM), *map(Path, sorted(pythons)), *(course / name for name in COURSE)]
    return [place for place in places if place.exists()]


def _landlock(folder: Path) -> bool:
    """Allow only :func:`readable` to be read and ``folder`` to be written, for good; False where the system cannot."""
    version = _libc.syscall(CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    handled = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    scoped = ABSTRACT_SOCKETS | SIGNALS if version >= 6 else 0
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _libc.syscall(CREATE_RULESET, ctypes.byref(_Ruleset(handled, 0, scoped)), size, 0)
    if rules < 0:
        return False
    reading = EXECUTE | READ_FILE | READ_DIR
    granted = [(place, reading) for place in readable()]
    granted += [(Path(name), READ_FILE | WRITE_FILE) for name in DEVICES if Path(name).exists()]
    granted.append((folder, handled))
    for place, access in granted:
        beneath = os.open(place, os.O_PATH | os.O_CLOEXEC)
        access &= handled if place.is_dir() else OF_FILES & handled
        refused = _libc.syscall(ADD_RULE, rules, 1, ctypes.byref(_Beneath(access, beneath)), 0)
        os.close(beneath)
        if refused:
            os.close(rules)
            return False
    restricted = _libc.syscall(RESTRICT_SELF, rules, 0)
    os.close(rules)
    return restricted == 0
