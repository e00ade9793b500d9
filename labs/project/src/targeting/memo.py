"""Write the memo that a manager signs: one page, no jargon, every number from the records.

``reports/memo.md`` says what is proposed, what it earned, how sure we are, who loses, and what nobody knows.
"""

import argparse
from pathlib import Path

from targeting import card, params
from targeting.files import run, write_text

TEMPLATE = """# Memo: who gets the next coupon book

**Proposed.** Mail the {share:.0%} of each list that version {version} ({candidate}) puts first, {lots:.0%} of the books
by lot.

**Why.** On campaigns it had never seen, books for {share:.0%} of a list reached {reached:.0f} of every 100 households
that redeem ({reached_low:.0f} to {reached_high:.0f}). {compared}

**Since {as_of}, replayed.** {since}

**The assumption that carries it.** A redeemer is said to add {extra:.2f} dollars of sales because of the book. Nobody
has measured it. {needed} An experiment would tell; the charter says what it takes.

**Who gets fewer books.** {fewer}

**What happens next.** {advice} Alarms of the monitor go to whoever is on call, and one command takes the model back.

**What we ask.** Approve, or refuse and say what is missing.

| | name | date |
|---|---|---|
| head of marketing, decides | | |
| finance, for the assumptions | | |
"""


def earned(monitor: dict) -> dict:
    """Return what the replayed, mature campaigns add up to: campaigns, books, redeemers, net_value."""
    outcomes = [entry["outcome"] for entry in monitor["campaigns"].values() if "outcome" in entry]
    return {"campaigns": len(outcomes)} | {
        name: sum(outcome[name] for outcome in outcomes) for name in ("books", "redeemers", "net_value")
    }


def since(total: dict) -> str:
    """Return what came back since the registered day, given :func:`earned`."""
    if not total["campaigns"]:
        return "No campaign has come to its end yet: nothing is known about what came back."
    rate = total["redeemers"] / total["books"]
    return (
        f"{total['campaigns']} campaigns, {total['books']:,} books, {total['redeemers']} redeemers: {1000 * rate:.0f} "
        f"of every 1,000 books. Net value {total['net_value']:,.0f} dollars, if the assumptions hold."
    )


def needed(total: dict, money: dict) -> str:
    """Return how much a redeemer must add for the books of :func:`earned` to pay."""
    if not total["redeemers"]:
        return "Nobody has redeemed yet, so nobody can say where these books begin to pay."
    least = money["cost_per_book"] * total["books"] / (total["redeemers"] * money["contribution_margin"])
    return f"Below {least:.2f} dollars these books lose money."


def fewer(audits: dict[str, dict]) -> str:
    """Return how books differ by income, and what proportion would cost; says where nothing can be said.

    Args:
        audits: number of a campaign → its entry in ``reports/fairness.json``.
    """
    ratios = {number: entry["mailing_ratio_low_to_high_income"] for number, entry in audits.items()}
    told = [number for number, found in ratios.items() if found is not None]
    silent = [number for number, found in ratios.items() if found is None]
    sentences = []
    if told:
        shares = ", ".join(f"{ratios[number]:.2f} in campaign {number}" for number in told)
        prices = ", ".join(card.money(audits[number]["remedy"]["net_value_per_1000"]) for number in told)
        sentences = [
            f"Share of households below 50K that are mailed, divided by that of 50K and over: {shares}. "
            f"Books in proportion to the groups would change net value per 1,000 households by {prices} dollars."
        ]
    if silent:
        sentences.append(
            f"Nothing can be said for campaign {', '.join(silent)}: too few households with a known income redeemed, "
            "so whether one group gets fewer books is not known."
        )
    return " ".join(sentences)


def compared(evaluation: dict, margin: float) -> str:
    """Return how the champion compares with the rule, in words that a manager can check."""
    if "against_baseline" not in evaluation:
        return "It is the rule of the charter: households that redeemed before, ties by coupon use."
    found = evaluation["against_baseline"]
    meaning = {
        "superior": "it earns more, and that is no accident",
        "non-inferior": f"at worst it earns less by no more than the {margin:.0f} dollars agreed to count as equal",
        "inconclusive": "the data cannot tell whether it earns enough",
        "inferior": "it earns less",
    }[found["verdict"]]
    return (
        f"Against the simple rule it earned {found['estimate']:+.0f} dollars per 1,000 households, "
        f"with what chance can do from {found['low']:+.0f} to {found['high']:+.0f}: {meaning}."
    )


def write(records: dict[str, dict], settings: dict) -> str:
    """Return the memo as Markdown; arguments as for :func:`targeting.card.write`."""
    champion, total = records["fairness"]["champion"], earned(records["monitor"])
    evaluation = records["evaluation"][champion["candidate"]]
    return TEMPLATE.format(
        version=champion["version"],
        candidate=champion["candidate"],
        share=settings["decision"]["mailing_share"],
        lots=settings["score"]["exploration_share"],
        reached=100 * evaluation["capture"]["estimate"],
        reached_low=100 * evaluation["capture"]["low"],
        reached_high=100 * evaluation["capture"]["high"],
        compared=compared(evaluation, settings["decision"]["non_inferiority_margin"]),
        as_of=settings["train"]["as_of"],
        since=since(total),
        extra=settings["money"]["extra_spend_per_redeemer"],
        needed=needed(total, settings["money"]),
        fewer=fewer(records["fairness"]["campaigns"]),
        advice=records["monitor"]["retraining"]["advice"],
    )


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    arguments = parser.parse_args()
    text = write(card.read(arguments.reports, arguments.models), params.read())
    write_text(arguments.reports / "memo.md", text)
    print(f"{arguments.reports / 'memo.md'}: {len(text.split())} words.")


if __name__ == "__main__":
    run(main)
