"""All benchmarks, one after the other: ``python -m bench``. Exit code 1 when a budget was missed."""

import subprocess
import sys


def main() -> None:
    """Run each in a process of its own, also when the one before missed a budget."""
    codes = []
    for name in ("pipeline", "features", "service"):
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"bench.{name}"]).returncode)
    raise SystemExit(max(codes))


if __name__ == "__main__":
    main()
