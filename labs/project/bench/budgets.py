"""One line of a benchmark's table: what was measured, its budget, and whether it was kept."""


def line(name: str, measured: str, budget: str = "", kept: bool = True) -> bool:
    """Print the line and return ``kept``; a measurement without a budget is always kept."""
    verdict = f"   budget {budget:<8} {'kept' if kept else 'MISSED'}" if budget else ""
    print(f"{name:<58} {measured:>12}{verdict}", flush=True)
    return kept
