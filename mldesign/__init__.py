"""Helpers for the notebooks of *Machine Learning Design for Business*.

A notebook starts with ``import mldesign; mldesign.setup()`` and then imports what it needs:

- :mod:`mldesign.data`: the retailer's tables and the lessons' tables, by name
- :mod:`mldesign.lapse`: model, split and household bootstrap of the lapse problem
- :mod:`mldesign.scratch`: temporary folders, programs, servers, an MLflow store, all gone at the end
- :mod:`mldesign.style`: colours and figures
- :mod:`mldesign.explore`: interactive figures that need no kernel
- :mod:`mldesign.quiz`: the form of a quiz question, and a parser for it
- :mod:`mldesign.ready`: the self-checks of *Getting ready*
- :mod:`mldesign.lab`: the student's workspace, tasks and checks
- ``python -m mldesign``: every task of a maintainer by name (``make`` calls the same)
"""

__version__ = "2026.11.0"


def setup():
    """Make a notebook ready: quiet tools, course figures, and on Colab the packages that it lacks.

    Raises:
        RuntimeError: on Colab, when a package cannot be installed beside Colab's own versions.
    """
    import sys

    from mldesign import environment

    environment.apply()
    if "google.colab" in sys.modules:
        from mldesign import colab

        colab.install()

    import warnings

    from mldesign import style

    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(mlflow|evidently|pandera|dvc)\b")
    warnings.filterwarnings("ignore", message="IProgress not found")  # tqdm, of bars that this course does not show
    style.apply()
    print("Ready.")
