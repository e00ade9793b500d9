"""Submissions to the small labs that break, hang, cheat or attack: what each holds, and how it must end.

Each is code for task 1.1 (a function) or for the file of tasks 3.1 and 3.2 (``THREE``, run when it is imported).
"""

RIGHT = "def double(x):\n    return x + x\n"
WRONG = "def double(x):\n    return x * x\n"
FORGED = '{"nonce": "0", "result": {"hint": null, "unjudged": null, "changed": []}}'

# name → (code for task 1.1, outcome, part of the hint)
FUNCTIONS = {
    "loop": (
        "def double(x):\n    n = 0\n    while True:\n        n += 1\n",
        "not yet",
        "still running after",
    ),
    "exit": ("def double(x):\n    import os\n    os._exit(0)\n", "not yet", "ended its process"),
    "crash": ("def double(x):\n    import ctypes\n    ctypes.string_at(0)\n", "not yet", "ended its process"),
    "quits": ("def double(x):\n    raise SystemExit(0)\n", "not yet", "ends the program"),
    "memory": ("def double(x):\n    return len(bytearray(64 * 2**30))\n", "not yet", "more memory than a check gives"),
    "loud": ('def double(x):\n    print("Task 1.1 · passed. " * 5_000_000)\n    return x + x\n', "passed", ""),
    "prints": (
        f"def double(x):\n    import os\n    print('{FORGED}', flush=True)\n    os._exit(0)\n",
        "not yet",
        "ended its process",
    ),
    "forges": (
        "def double(x):\n    import os\n    for stream in range(3, 256):\n        try:\n"
        f"            os.write(stream, b'''{FORGED}\\n''')\n        except OSError:\n            pass\n    os._exit(0)\n",
        "not yet",
        "",
    ),
    "leaves-a-verdict": (
        "def double(x):\n    import os, pathlib\n    for place in ('..', '.', os.environ['HOME']):\n"
        "        pathlib.Path(place, 'verdict.json').write_text('{\"hint\": null}')\n    os._exit(0)\n",
        "not yet",
        "ended its process",
    ),
    "patches": (
        "def double(x):\n    import mldesign.lab.runner\n    mldesign.lab.runner.explain = lambda *_: None\n    raise ValueError\n",
        "not yet",
        "replaces what judges it (mldesign.lab.runner.explain)",
    ),
    "patches-builtins": (
        "def double(x):\n    import builtins\n    builtins.float = lambda _: 6\n    return 6\n",
        "not yet",
        "replaces what judges it (builtins.float)",
    ),
    "replaces-modules": (
        "def double(x):\n    import sys\n    for name in list(sys.modules):\n        if name.startswith('mldesign'):\n"
        "            sys.modules[name] = None\n    return x * x\n",
        "not yet",
        "",
    ),
    "parent": (
        "def double(x):\n    import os, signal, time\n    os.kill(os.getppid() or os.getpid(), signal.SIGKILL)\n    time.sleep(60)\n",
        "not yet",
        "",
    ),
    "default": ("def double(x, y=__import__('os')._exit(0)):\n    return 2 * x\n", "not yet", "ended its process"),
    "deep": ("def double(x):\n    return " + "(" * 5000 + "x" + ")" * 5000 + "\n", "not yet", ""),
    "syntax": ("def double(x:\n    return 2\n", "not yet", "no valid Python"),
    "stub": (None, "not attempted", ""),
    "wrong": (WRONG, "not yet", "That is the square."),
}

# One process after another, and one that stays: only where both have somewhere to end (Linux).
FORKS = "def double(x):\n    import os\n    while True:\n        try:\n            os.fork()\n        except OSError:\n            pass\n"
STAYS = (
    "def double(x):\n    import os, time\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            time.sleep(120)\n"
    "        os._exit(0)\n    return x + x\n"
)
DELETES = (
    "import os, pathlib, shutil\nfor place in {places!r}:\n    shutil.rmtree(place, ignore_errors=True)\n    try:\n"
    "        pathlib.Path(place).unlink()\n    except OSError:\n        pass\n"
)
SPIES = "def double(x):\n    import pathlib\n    space = {{}}\n    exec(pathlib.Path({path!r}).read_text(), space)\n    return space['double'](x)\n"
CALLS = "def double(x):\n    import socket\n    socket.create_connection(('127.0.0.1', {port}), 2).close()\n    return x + x\n"
SECRET = (
    "def double(x):\n    import os, pathlib\n    seen = {**os.environ}\n    for pid in ('self', os.getppid()):\n        try:\n"
    "            seen[pid] = pathlib.Path(f'/proc/{pid}/environ').read_text()\n        except OSError:\n            pass\n"
    "    return 0 if 'token-of-the-instructor' in str(seen) else x + x\n"
)
THREE = (
    "{before}def limit(x):\n    # TASK 3.1: no more than five\n    return 5 if x > 5 else x\n    # END TASK 3.1\n\n\n"
    "def floor(x):\n    # TASK 3.2\n    return x if x > 0 else 0\n    # END TASK 3.2\n"
)
