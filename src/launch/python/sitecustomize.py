"""Turns on MLflow's autologging before a script, for `mlflow-tracker run --autolog`: Python imports this file by its name.

It acts once, in the first interpreter (for a notebook in the second, its kernel), and gives way to the `sitecustomize` that it hides.
"""

import importlib.machinery
import importlib.util
import os
import sys

_folder = os.path.dirname(os.path.abspath(__file__))


def _give_way():
    rest = [entry for entry in sys.path if os.path.abspath(entry or ".") != _folder]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", rest)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


def _autolog():
    turn = os.environ.pop("MLFLOW_TRACKER_AUTOLOG", None)
    if turn == "2":
        os.environ["MLFLOW_TRACKER_AUTOLOG"] = "1"
    if turn != "1":
        return
    # What the script starts itself gets Python's path as the person has it.
    entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    kept = [entry for entry in entries if os.path.abspath(entry) != _folder]
    os.environ["PYTHONPATH"] = os.pathsep.join(kept)
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _folder]
    try:
        import mlflow
    except ImportError:
        return
    mlflow.autolog(silent=True)


_give_way()
_autolog()
