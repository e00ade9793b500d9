"""Train every candidate on what was known on the registered day, test each on held-out campaigns, and keep the runs.

Rolling origin: campaign by campaign, a candidate learns from the campaigns whose labels were known when this one
started, and is tested on this one. Then it is trained once more on all of them; that is the model which may be
registered.

Writes ``models/held_out.parquet`` (every held-out score) and ``models/training.json`` (what was trained, on what, how
well). Neither holds a time or a run id: the same data, parameters and code give the same bytes.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from targeting import candidates, evaluate, evaluation, features, params
from targeting.files import StageError, fingerprint, read_json, replacing, run, sha256, write_json

GOLDEN_ROWS = 20


def rolling_origin(frame: pd.DataFrame, settings: dict) -> Iterator[tuple[int, pd.DataFrame, pd.DataFrame]]:
    """Yield campaign, rows to learn from and rows to be tested on, for each campaign that has enough to learn from.

    Args:
        frame: usable rows, label known by the registered day.
        settings: params.yaml; a fold needs ``train.min_redeemers`` redeemers to learn from.
    """
    for campaign_id, test in frame.groupby("campaign_id", sort=True):
        # TASK 3.1: learn from the campaigns whose labels are known when this one starts, if they hold enough redeemers
        start = test["start_date"].iloc[0].date().isoformat()
        learn = features.mature_by(frame, start, settings["data"]["horizon_days"])
        if learn["redeemed"].sum() >= settings["train"]["min_redeemers"]:
            yield int(campaign_id), learn, test
        # END TASK 3.1


def hold_out(frame: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """Return every candidate's scores on every held-out campaign; columns as in ``targeting.evaluate``.

    Raises:
        StageError: when no campaign has enough to learn from.
    """
    parts = []
    for name, options in settings["train"]["candidates"].items():
        for _, learn, test in rolling_origin(frame, settings):
            model = candidates.fitted(name, options, learn)
            rows = test.assign(
                candidate=name,
                known=test["household_id"].isin(learn["household_id"]).astype("int64"),
                score=candidates.probabilities(model, test),
            )
            rows["mailed"] = evaluate.mailing(rows, settings["decision"]["mailing_share"])
            parts.append(rows[evaluate.COLUMNS])
    if not parts:
        raise StageError(
            "No campaign can be held out: too few redeemers are known. Check train.as_of and train.min_redeemers."
        )
    return pd.concat(parts, ignore_index=True)


def golden(model, frame: pd.DataFrame) -> dict:
    """Return inputs spread over the development data, and the probabilities that the model gives them now."""
    rows = frame.iloc[:: max(1, len(frame) // GOLDEN_ROWS)].head(GOLDEN_ROWS)
    return {
        "inputs": candidates.inputs(rows).to_dict(orient="list"),
        "probabilities": [float(number) for number in candidates.probabilities(model, rows)],
    }


def flat(entry: dict, metric: str) -> dict[str, float]:
    """Return the numbers of an assessment as MLflow's metrics: one level, a name for each."""
    numbers = {name: entry[name] for name in ("auc", "average_precision", "brier")}
    for name in (metric, "capture"):
        numbers |= {
            name: entry[name]["estimate"],
            f"{name}_low": entry[name]["low"],
            f"{name}_high": entry[name]["high"],
        }
    if "against_baseline" in entry:
        numbers |= {f"against_baseline_{end}": entry["against_baseline"][end] for end in ("estimate", "low", "high")}
    for name, part in entry["campaigns"].items():
        numbers[name.replace(" ", "_")] = part["estimate"]
    return numbers


def train(frame: pd.DataFrame, settings: dict, lineage: dict) -> tuple[pd.DataFrame, dict, dict]:
    """Return held-out rows, the summary for ``training.json``, and the fitted model of each candidate.

    Args:
        frame: rows of ``features.sql``.
        settings: params.yaml.
        lineage: ``data_hash`` (of the raw tables) and ``features_sha256``.

    Raises:
        StageError: when there is nothing to learn from.
    """
    rows = features.development(frame, settings)
    if rows.empty:
        raise StageError(
            f"No campaign's labels are known by {settings['train']['as_of']}. Check train.as_of in params.yaml."
        )
    held_out = hold_out(rows, settings)
    assessed = evaluate.report(held_out, settings)
    metric, share = settings["decision"]["metric"], settings["decision"]["mailing_share"]
    models, summary = {}, {}
    for name, options in settings["train"]["candidates"].items():
        model = candidates.fitted(name, options, rows)
        scores = pd.Series(candidates.probabilities(model, rows))
        expected = golden(model, rows)
        summary[name] = {
            "params": options,
            "fingerprint": fingerprint([name, options, lineage, expected, assessed[name]]),
            "threshold": float(scores.quantile(1 - share, interpolation="higher")),
            "metrics": flat(assessed[name], metric),
        }
        models[name] = {"model": model, "golden": expected, "example": candidates.inputs(rows.head(3))}
    others = [name for name in summary if name != settings["train"]["baseline"]]
    result = {
        "as_of": settings["train"]["as_of"],
        **lineage,
        "rows": len(rows),
        "redeemers": int(rows["redeemed"].sum()),
        "campaigns": sorted(int(number) for number in rows["campaign_id"].unique()),
        "held_out_campaigns": sorted(int(number) for number in held_out["campaign_id"].unique()),
        "baseline": settings["train"]["baseline"],
        "challenger": max(others, key=lambda name: summary[name]["metrics"][metric]),
        "candidates": summary,
    }
    return held_out, result, {"models": models, "assessed": assessed}


def keep(held_out: pd.DataFrame, result: dict, fitted: dict, settings: dict) -> None:
    """Write a run for each candidate to MLflow; runs that are there already stay as they are."""
    from matplotlib import pyplot

    from targeting import tracking

    with tracking.store() as client:
        for name, entry in result["candidates"].items():
            part = fitted["models"][name]
            tags = {"fingerprint": entry["fingerprint"], "threshold": str(entry["threshold"]), "candidate": name}
            tags |= {key: str(result[key]) for key in ("as_of", "data_hash", "features_sha256", "campaigns")}
            figure = evaluation.figure({name: fitted["assessed"][name]}, settings)
            run_entry = {"params": entry["params"], "metrics": entry["metrics"], "tags": tags}
            rows = held_out[held_out["candidate"] == name]
            texts = {
                "golden.json": json.dumps(part["golden"]),
                "held_out.csv": rows.to_csv(index=False, lineterminator="\n"),
            }
            tracking.log(client, name, run_entry, part["model"], part["example"], texts, figure)
            pyplot.close(figure)


def main() -> None:
    """Run the stage."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--features", type=Path, default=Path("data/features.parquet"))
    parser.add_argument("--clean", type=Path, default=Path("data/clean"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    arguments = parser.parse_args()
    settings = params.read()
    frame = features.read(arguments.features)
    manifest = read_json(arguments.clean / "manifest.json", "dvc repro contracts")
    lineage = {"data_hash": manifest["data_hash"], "features_sha256": sha256(arguments.features)}
    held_out, result, fitted = train(frame, settings, lineage)
    keep(held_out, result, fitted, settings)
    with replacing(arguments.models / "held_out.parquet") as part:
        held_out.to_parquet(part, index=False)
    write_json(arguments.models / "training.json", result)
    print(
        f"{len(fitted['models'])} candidates trained on {result['rows']:,} rows with {result['redeemers']} redeemers."
    )


if __name__ == "__main__":
    run(main)
