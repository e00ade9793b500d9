"""Evidently's report of a campaign against its reference, with our thresholds: a page for people, JSON for machines."""

import os
import warnings
from pathlib import Path

import pandas as pd

from targeting.files import replacing, write_text

os.environ.setdefault("DO_NOT_TRACK", "true")  # Evidently reports its use otherwise; it reads this when imported


def write(reference: pd.DataFrame, current: pd.DataFrame, limits: dict[str, float], target: Path) -> None:
    """Write ``target`` (.html) and the same with .json. The JSON is the same bytes in every run, the page is not.

    Args:
        reference: the columns of ``limits``, as numbers.
        current: the same columns of the campaign.
        limits: threshold of each column, in standard deviations of the reference.
        target: path that ends in ``.html``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its imports warn about other packages' futures
        from evidently import DataDefinition, Dataset, Report
        from evidently.presets import DataDriftPreset

        columns = list(limits)
        definition = DataDefinition(numerical_columns=columns)
        preset = DataDriftPreset(
            columns=columns, num_method="wasserstein", per_column_threshold=limits, drift_share=0.01
        )
        sets = [
            Dataset.from_pandas(frame[columns].astype(float).reset_index(drop=True), data_definition=definition)
            for frame in (current, reference)
        ]
        snapshot = Report([preset]).run(*sets)
        write_text(target.with_suffix(".json"), snapshot.json() + "\n")
        with replacing(target) as part:
            snapshot.save_html(str(part))
