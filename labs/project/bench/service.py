"""The service against ``mlflow models serve``: same model, same machine, one worker each, in one run.

``python -m bench.service``, after ``dvc repro``.
"""

import argparse
import json
import statistics
from pathlib import Path

from bench.budgets import line
from bench.load import closed_loop, open_loop, prepare
from bench.servers import free_port, running
from targeting import features, params, registry, tracking
from targeting.candidates import inputs
from targeting.online import MONEY

CAMPAIGN, HOUSEHOLDS = 13, 200


def feature_requests() -> tuple[list[bytes], list[bytes]]:
    """Return the same households as requests to our service and to MLflow's."""
    rows = features.campaign(features.read(), CAMPAIGN).head(HOUSEHOLDS)
    ours = json.loads(rows[[*features.KEYS, *features.FEATURES]].to_json(orient="records"))
    table = inputs(rows)
    theirs = [
        {"dataframe_split": {"columns": list(table), "data": [row]}}
        for row in json.loads(table.to_json(orient="values"))
    ]
    return (
        [prepare("/score/features", json.dumps(row).encode()) for row in ours],
        [prepare("/invocations", json.dumps(row).encode()) for row in theirs],
    )


def purchase_requests() -> tuple[list[bytes], float]:
    """Return the same households with their purchases, and the mean number of lines."""
    columns = ("basket_id", "product_id", *MONEY, "transaction_timestamp")
    data, result, lines = params.read()["data"], [], 0
    with features.connect(Path("data/clean"), data) as connection:
        start = connection.execute(
            f"select start_date from campaign_descriptions where campaign_id = {CAMPAIGN}"
        ).fetchone()[0]
        rows = features.campaign(features.read(), CAMPAIGN).head(HOUSEHOLDS)
        features.keep(connection, "transactions", f"household_id in ({', '.join(map(str, rows['household_id']))})")
        for household_id in rows["household_id"]:
            bought = connection.execute(
                f"select {', '.join(columns)} from transactions where household_id = ? "
                f"and store_time >= date '{start}' - {int(data['history_days'])} and store_time < date '{start}'",
                [int(household_id)],
            ).fetchall()
            purchases = [
                {"basket_id": line[0], "product_id": line[1], "purchased_at": f"{line[-1].isoformat()}Z"}
                | dict(zip(MONEY, map(str, line[2:-1]), strict=True))
                for line in bought
            ]
            lines += len(purchases)
            body = {"household_id": int(household_id), "campaign_id": CAMPAIGN, "purchases": purchases}
            result.append(prepare("/score", json.dumps(body).encode()))
    return result, lines / len(rows)


def main() -> None:
    """Measure and print; exit code 1 when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--requests", type=int, default=10_000, help="to our service, in all")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median counts")
    arguments = parser.parse_args()
    ours, theirs = feature_requests()
    raw, lines = purchase_requests()
    model = registry.load()
    with tracking.store():
        pass  # sets the store's address for the server that MLflow starts
    serving = ["mlflow", "models", "serve", "-m", f"models:/{registry.MODEL}/{model.version}", "--env-manager", "local"]
    port, other = free_port(), free_port()
    with (
        running(["targeting.serve", "--port", str(port)], port, "/ready") as ready,
        running([*serving, "--workers", "1", "--port", str(other)], other, "/ping"),
    ):
        closed_loop(port, ours, arguments.clients, 500)
        closed_loop(other, theirs, arguments.clients, 100)
        fast, slow = [], []
        for _ in range(arguments.rounds):
            fast.append(closed_loop(port, ours, arguments.clients, arguments.requests // arguments.rounds))
            slow.append(closed_loop(other, theirs, arguments.clients, 300))
        timed = [open_loop(port, raw, 50, 500) for _ in range(arguments.rounds)]
    p50, p99 = (statistics.median(result.quantile(share) for result in timed) for share in (0.5, 0.99))
    best = min(result.quantile(0.99) for result in timed)
    rates = [statistics.median(result.rate for result in results) for results in (fast, slow)]
    ratio = rates[0] / rates[1]
    errors = sum(len(result.errors) for result in [*fast, *slow, *timed])
    count = sum(len(result.seconds) for result in [*fast, *slow, *timed])
    print(f"\nVersion {model.version} ({model.candidate}), one worker, {arguments.clients} clients")
    print(f"{lines:.0f} purchases a household\n")
    kept = [
        line("ready after", f"{ready:.1f} s", "5 s", ready <= 5),
        line("features: requests a second", f"{rates[0]:.0f}"),
        line("mlflow models serve: requests a second", f"{rates[1]:.0f}"),
        line("features against mlflow models serve", f"{ratio:.1f} x", "6 x", ratio >= 6),
        line("purchases, open loop at 50 a second: p50", f"{p50:.1f} ms"),
        line("purchases, open loop at 50 a second: p99", f"{p99:.1f} ms", "40 ms", p99 <= 40),
        line("the same, best round", f"{best:.1f} ms"),
        line(f"errors in {count:,} requests", str(errors), "0", errors == 0),
    ]
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
