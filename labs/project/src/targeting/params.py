"""Read ``params.yaml``: every assumption and every registered decision stands there, and nowhere else."""

import os
from pathlib import Path

import yaml


def find(start: Path | None = None) -> Path:
    """Return the ``params.yaml`` of this repository: named by ``TARGETING_PARAMS``, or in this folder or one above.

    Raises:
        FileNotFoundError: when there is none.
    """
    if "TARGETING_PARAMS" in os.environ:
        return Path(os.environ["TARGETING_PARAMS"])
    folder = (start or Path.cwd()).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / "params.yaml").is_file():
            return candidate / "params.yaml"
    raise FileNotFoundError(
        "No params.yaml here or in a folder above. Change into the repository, or set TARGETING_PARAMS."
    )


def read(path: Path | None = None) -> dict:
    """Return the parameters as nested dictionaries.

    Raises:
        FileNotFoundError: when the file is missing.
        ValueError: when it is not a YAML mapping; the message names the file and the line.
    """
    path = path or find()
    try:
        params = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" line {mark.line + 1}" if mark else ""
        raise ValueError(
            f"{path.name}{where} is not valid YAML: {getattr(error, 'problem', error)}. Check the indentation."
        ) from error
    if not isinstance(params, dict):
        raise ValueError(f"{path.name} holds no parameters. Restore it with `git checkout -- {path.name}`.")
    return params
