"""The evaluation for people: a table in Markdown and a figure, from what ``targeting.evaluate`` has computed."""

import pandas as pd


def as_text(result: dict, settings: dict) -> str:
    """Return the report as Markdown."""

    def cell(entry: dict) -> str:
        if entry["estimate"] is None:
            return "none"
        return f"{entry['estimate']:.0f} ({entry['low']:.0f} to {entry['high']:.0f})"

    metric = settings["decision"]["metric"]
    lines = [
        "# Held-out campaigns, one at a time\n\n",
        f"Net value in dollars per 1,000 households, {settings['decision']['mailing_share']:.0%} of a campaign ",
        "mailed, 95 % intervals by household.\n\n",
        "| candidate | net value | against the baseline | verdict | capture | AUC | Brier |\n",
        "|---|---|---|---|---|---|---|\n",
    ]
    for name, entry in result.items():
        against = entry.get("against_baseline")
        judged = (cell(against), against["verdict"]) if against else ("is the baseline", "")
        quality = (f"{entry['capture']['estimate']:.0%}", f"{entry['auc']:.3f}", f"{entry['brier']:.4f}")
        lines.append(f"| {' | '.join((name, cell(entry[metric]), *judged, *quality))} |\n")
    for group in ("campaigns", "slices"):
        names = list(next(iter(result.values()))[group])
        lines += [f"\n## By {group}\n\n| candidate | {' | '.join(names)} |\n|---{'|---' * len(names)}|\n"]
        lines += [
            f"| {name} | {' | '.join(cell(entry[group][part]) for part in names)} |\n" for name, entry in result.items()
        ]
    return "".join(lines)


def figure(result: dict, settings: dict):
    """Return a figure: net value of each candidate with its interval, and calibration."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    canvas, (left, right) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for place, (name, entry) in enumerate(result.items()):
        money = entry[settings["decision"]["metric"]]
        left.plot([money["low"], money["high"]], [place, place], color="#66717d")
        left.plot(money["estimate"], place, "o", color="#0072b2")
        points = pd.DataFrame(entry["calibration"])
        right.plot(points["predicted"], points["observed"], "o-", label=name, markersize=4)
    left.set(
        yticks=range(len(result)), yticklabels=list(result), xlabel="net value, $ per 1,000 households", title="Money"
    )
    left.invert_yaxis()
    limit = max(right.get_xlim()[1], right.get_ylim()[1])
    right.plot([0, limit], [0, limit], color="#c5ccd3", zorder=0)
    right.set(xlabel="predicted share", ylabel="share that redeemed", title="Calibration, by fifths")
    right.legend(frameon=False, fontsize=8)
    return canvas
