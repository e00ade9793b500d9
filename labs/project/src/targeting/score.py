"""Score one campaign and write its mailing list: ``python -m targeting.score --campaign 13``.

Most books go to the households with the highest probability. A small random share goes to others: only mailed
households ever show whether they redeem, so without it the model would never again learn about those it does not
choose. Every row keeps its propensity, the chance that it had of being mailed, and the summary says what the random
books are expected to cost.

Writes ``data/scores/campaign-13.parquet`` and, last, ``campaign-13.json``. The same champion, data and objections
give the same bytes, whenever it runs and however often. A list made by another model is not replaced unless you say
so.
"""

import argparse
import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from targeting import features, params, registry, suppression, value
from targeting.files import StageError, read_json, replacing, run, write_json

MODEL, EXPLORATION, NOT_MAILED = "model", "exploration", "not mailed"


def draw(seed: int, campaign_id: int, household_ids) -> np.ndarray:
    """Return a number in [0, 1) for each household: its lot in this campaign.

    It depends on nothing but the three arguments, so that leaving one household out does not deal new lots to the
    others.
    """
    names = (f"{seed}:{campaign_id:d}:{household_id}".encode() for household_id in household_ids)
    return np.array([int.from_bytes(hashlib.sha256(name).digest()[:6], "big") / 2**48 for name in names])


def allocate(rows: pd.DataFrame, share: float, exploration: float, seed: int) -> pd.DataFrame:
    """Return the rows in order of probability with ``rank``, ``mailed``, ``reason`` and ``propensity``.

    Args:
        rows: ``campaign_id`` (one campaign), ``household_id``, ``probability``.
        share: part of the households that the budget mails.
        exploration: part of the books that goes to households drawn by lot from those that the model leaves out.
        seed: start of the lots.
    """
    ranked = rows.sort_values(["probability", "household_id"], ascending=[False, True], ignore_index=True)
    books = math.floor(share * len(ranked) + 1e-9)
    lots = min(math.floor(exploration * books + 1e-9), len(ranked) - books)
    # TASK 4.1: whom the model chooses, who is drawn by lot, and the chance that each had
    first, rest = books - lots, len(ranked) - (books - lots)
    lot = draw(seed, int(ranked["campaign_id"].iloc[0]), ranked["household_id"])
    lot[:first] = np.inf
    drawn = np.zeros(len(ranked), dtype=bool)
    drawn[np.argsort(lot, kind="stable")[:lots]] = True
    chosen = np.arange(len(ranked)) < first
    propensity = np.where(chosen, 1.0, lots / rest if rest else 0.0)
    # END TASK 4.1
    return ranked.assign(
        rank=np.arange(1, len(ranked) + 1),
        mailed=chosen | drawn,
        reason=np.where(chosen, MODEL, np.where(drawn, EXPLORATION, NOT_MAILED)),
        propensity=propensity,
    )


def exploration_cost(listed: pd.DataFrame, benefit: float) -> float:
    """Return what the random books are expected to cost, in dollars: their redeemers against those of the next best.

    An average over all lots that could have been drawn, by the model's own probabilities.
    """
    lots = int((listed["reason"] == EXPLORATION).sum())
    rest = listed.loc[listed["reason"] != MODEL, "probability"]
    return 0.0 if not lots else float(benefit * (rest.head(lots).sum() - lots * rest.mean()))


def score(rows: pd.DataFrame, model: registry.Registered, objected: frozenset[int], settings: dict) -> pd.DataFrame:
    """Return the mailing list of one campaign; households that objected are left out before anything is computed.

    Args:
        rows: features of one campaign's households.
        model: the champion.
        objected: households that must not be scored.
        settings: params.yaml.

    Raises:
        StageError: when nobody is left.
    """
    rows = rows[~rows["household_id"].isin(objected)].reset_index(drop=True)
    if rows.empty:
        raise StageError("Nobody is left to score: every household of this campaign objected.")
    scored = rows[["campaign_id", "household_id"]].assign(probability=model.predict(rows))
    listed = allocate(
        scored, settings["decision"]["mailing_share"], settings["score"]["exploration_share"], settings["seed"]
    )
    return listed.assign(model_version=model.version, run_id=model.run_id)


def summarise(listed: pd.DataFrame, suppressed: int, settings: dict) -> dict:
    """Return the summary of a mailing list: counts, the lowest probability chosen, money expected."""
    money = settings["money"]
    benefit = value.benefit_per_redeemer(money["extra_spend_per_redeemer"], money["contribution_margin"])
    mailed = listed[listed["mailed"]]
    chosen = listed.loc[listed["reason"] == MODEL, "probability"]
    return {
        "campaign_id": int(listed["campaign_id"].iloc[0]),
        "households": len(listed),
        "suppressed": suppressed,
        "books": len(mailed),
        "exploration_books": int((listed["reason"] == EXPLORATION).sum()),
        "threshold": float(chosen.min()) if len(chosen) else None,
        "expected_net_value": round(
            float(benefit * mailed["probability"].sum() - money["cost_per_book"] * len(mailed)), 2
        ),
        "expected_cost_of_exploration": round(exploration_cost(listed, benefit), 2),
    }


def next_campaign(frame: pd.DataFrame, settings: dict) -> int:
    """Return the first campaign that starts on the registered day or later.

    Raises:
        StageError: when there is none.
    """
    day = settings["train"]["as_of"]
    coming = frame[frame["start_date"] >= day].sort_values(["start_date", "campaign_id"])
    if coming.empty:
        raise StageError(f"No campaign starts on {day} or later. Name one with --campaign.")
    return int(coming["campaign_id"].iloc[0])


def guard(target: Path, lineage: dict, again: bool) -> None:
    """Refuse to replace a list that another model or other data made.

    Args:
        target: where the list goes; its rows have a column for each entry of ``lineage``.
        lineage: column → value that the new list would have.
        again: whether the operator has said that it may be replaced.

    Raises:
        StageError: when there is such a list, or one that cannot be read, and ``again`` is False.
    """
    if again or not target.is_file():
        return
    # TASK 4.2: refuse to replace a list of another origin
    try:
        made = pd.read_parquet(target, columns=list(lineage)).iloc[0].to_dict()
    except (OSError, ValueError, IndexError) as error:
        raise StageError(
            f"{target} cannot be read: {error} If no book has been mailed, repeat with --again."
        ) from error
    changed = [f"{name} ({made[name]}, now {now})" for name, now in lineage.items() if made[name] != now]
    if changed:
        raise StageError(
            f"{target} was made with another {', '.join(changed)}. If no book has been mailed, repeat with --again."
        )
    # END TASK 4.2


def main(arguments: Sequence[str] | None = None) -> None:
    """Score one campaign, as the words of the command line say; by default those of this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaign", type=int, help="default: the next one after train.as_of")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--again", action="store_true", help="replace a list that another model or other data made")
    arguments = parser.parse_args(arguments)
    settings, frame = params.read(), features.read(arguments.data / "features.parquet")
    campaign_id = arguments.campaign if arguments.campaign is not None else next_campaign(frame, settings)
    rows = features.campaign(frame, campaign_id)
    objected, model = suppression.households(), registry.load()
    manifest = read_json(arguments.data / "clean" / "manifest.json", "dvc repro contracts")
    lineage = {"model_version": model.version, "run_id": model.run_id, "data_hash": manifest["data_hash"]}
    target = arguments.data / "scores" / f"campaign-{campaign_id}.parquet"
    guard(target, lineage, arguments.again)
    listed = score(rows, model, objected, settings).assign(data_hash=manifest["data_hash"])
    with replacing(target) as part:
        listed.to_parquet(part, index=False)
    summary = summarise(listed, int(rows["household_id"].isin(objected).sum()), settings) | lineage
    write_json(target.with_suffix(".json"), summary)
    print(
        f"Campaign {campaign_id}: {summary['books']} books for {summary['households']:,} households, "
        f"{summary['exploration_books']} of them by lot; {summary['suppressed']} objected. By version {model.version}."
    )


if __name__ == "__main__":
    run(main)
