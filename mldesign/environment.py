"""The environment variables of the course: quiet tools, UTF-8, fixed seeds. One list, used everywhere.

Notebooks get it from :func:`mldesign.setup`, tests and builds from the task runner, Binder from its start script.
Only the standard library is used, so that the task runner can import it before anything is installed.
"""

import os
import tempfile

QUIET = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # with MALLOC_TRIM_THRESHOLD_: freed memory goes back, a tenth less at the peak
    "DO_NOT_TRACK": "true",  # Evidently and several others
    "MALLOC_TRIM_THRESHOLD_": "131072",  # bytes; Linux only
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # no helper processes beside `mlflow ui`
    "DVC_NO_ANALYTICS": "true",
    "DVC_SITE_CACHE_DIR": os.path.join(tempfile.gettempdir(), "mldesign-dvc"),
    "GIT_PYTHON_REFRESH": "quiet",
    "OMP_WAIT_POLICY": "passive",  # threads that wait sleep: on small data spinning took half of the processor time of training
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONUTF8": "1",
    "SPARK_LOCAL_IP": "127.0.0.1",
    "TQDM_DISABLE": "1",
}
# Set by a CI system, and read by pytest, which then prints a failed comparison in full: a stored output would differ there.
OF_A_CI_SYSTEM = ("CI", "BUILD_NUMBER")


def apply():
    """Set every variable of :data:`QUIET` in this process, and so in the processes that it starts.

    A value that the user has set stays, so that a reader can, for example, keep a DVC cache elsewhere. The variables of
    :data:`OF_A_CI_SYSTEM` go: a command prints the same on a desk and in CI.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    for name in OF_A_CI_SYSTEM:
        os.environ.pop(name, None)
