"""Tells MLflow, in the kernel of an open notebook, from which notebook and which code its runs come.

The extension calls `prepare` when the kernel has started. MLflow takes the two providers below for a plugin's, by the entry
points beside this file, and asks them at the start of each run. No cell notices when one of them fails.
"""

import http.client
import json
import os
import sys
import threading
import time

# Which notebook, and where the extension answers. The kernel's worker processes get it too.
_VARIABLE = "MLFLOW_TRACKER_NOTEBOOK"
_PATIENCE_S = 3
# A repository that is too slow for one run is not waited for by the next ones.
_PAUSE_S = 60
_paused_until = 0.0

_COMMIT = "mlflow.source.git.commit"


def prepare(notebook, port, token):
    """For the extension; a second time is no harm."""
    os.environ[_VARIABLE] = json.dumps({"notebook": notebook, "port": port, "token": token})
    registry = sys.modules.get("mlflow.tracking.context.registry")
    earlier_run, guessed = None, {}
    # An MLflow that was imported before has not seen the entry points.
    if registry is not None and not _knows_us(registry._run_context_provider_registry):
        earlier_run = _latest_run_id()
        guessed = registry.resolve_tags() if earlier_run is not None else {}
        registry._run_context_provider_registry.register(NotebookSource)
        registry._run_context_provider_registry.register(notebook_git)
    answer = _ask()
    _take_variables(answer.get("variables") or {})
    if earlier_run is not None and notebook != "" and "atStart" in answer:
        # The store may be slow, and the next cell waits.
        work = threading.Thread(target=_catch_up, args=(earlier_run, guessed, answer["atStart"]), daemon=True)
        work.start()


class NotebookSource:
    is_of_mlflow_tracker = True

    def in_context(self):
        return _notebook() != ""

    def tags(self):
        return _without_own(_source_tags())


def notebook_git():
    """A function, not a class: this file is also imported where there is no MLflow."""
    from mlflow.tracking.context.git_context import GitRunContext

    # MLflow leaves this kind out where it takes the git state of the folder, or none: for traces, of which there are many.
    class NotebookGit(GitRunContext):
        is_of_mlflow_tracker = True

        def in_context(self):
            return _notebook() != ""

        def tags(self):
            return _without_own(_git_tags())

    return NotebookGit()


def _knows_us(providers):
    return any(getattr(provider, "is_of_mlflow_tracker", False) for provider in providers)


def _notebook():
    try:
        return json.loads(os.environ[_VARIABLE])["notebook"]
    except (KeyError, ValueError):
        return ""


def _source_tags():
    return {"mlflow.source.name": _notebook(), "mlflow.source.type": "NOTEBOOK"}


def _git_tags():
    global _paused_until
    if time.monotonic() < _paused_until:
        return {}
    try:
        return _ask()["tags"]
    except Exception:
        _paused_until = time.monotonic() + _PAUSE_S
        return {}


def _without_own(tags):
    """What the person has set for all runs wins, as in MLflow."""
    try:
        own = json.loads(os.environ.get("MLFLOW_RUN_CONTEXT") or "{}")
    except ValueError:
        own = {}
    return {key: value for key, value in tags.items() if key not in own}


def _ask():
    place = json.loads(os.environ[_VARIABLE])
    connection = http.client.HTTPConnection("127.0.0.1", place["port"], timeout=_PATIENCE_S)
    try:
        connection.request("GET", "/", headers={"Authorization": "Bearer " + place["token"]})
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(response.status)
        return json.loads(response.read().decode("utf-8"))
    finally:
        connection.close()


def _take_variables(variables):
    if "MLFLOW_TRACKING_URI" in variables and not os.environ.get("MLFLOW_TRACKING_URI") and not _has_begun():
        for name, value in variables.items():
            os.environ.setdefault(name, value)


def _has_begun():
    """Whether MLflow already works with a store: what it holds of experiments and runs is not in another one."""
    fluent = sys.modules.get("mlflow.tracking.fluent")
    if fluent is None:
        return False
    from mlflow.tracking import is_tracking_uri_set

    has_experiment = getattr(fluent, "_active_experiment_id", None) is not None
    return has_experiment or is_tracking_uri_set() or _latest_run_id() is not None


def _latest_run_id():
    fluent = sys.modules.get("mlflow.tracking.fluent")
    if fluent is None:
        return None
    active = fluent.active_run()
    if active is not None:
        return active.info.run_id
    # Not by last_active_run(), which asks the store. Newer MLflows keep one for each thread.
    latest = getattr(fluent, "_last_active_run_id", None)
    return latest.get() if hasattr(latest, "get") else latest


def _catch_up(run_id, guessed, at_start):
    """Jupyter may let extensions in after the cells that were queued: tags the run that those have made last.

    What MLflow, or the person, has set otherwise than by guessing stays. What is told of the start is still so now.
    """
    try:
        from mlflow.tracking import MlflowClient

        client = MlflowClient()
        run = client.get_run(run_id)

        def is_guessed(key):
            return run.data.tags.get(key) == guessed.get(key)

        tags = _source_tags()
        if is_guessed(_COMMIT) and run.info.start_time >= at_start["timeMs"]:
            tags.update(at_start["tags"])
        for key, value in tags.items():
            if is_guessed(key):
                client.set_tag(run_id, key, value)
    except Exception:
        pass
