"""Does what the test process asks for, one JSON line in, one JSON line out, so that MLflow is imported once."""

import json
import os
import sys
import traceback

import canonical
import databases
import mlflow
import processes
import registry
import session
import write_store
from mlflow import MlflowClient
from mlflow.entities import Metric, ViewType

# Anything that MLflow prints goes to stderr; only replies go to the real stdout.
replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)


def version():
    return mlflow.__version__


def write(uri, values):
    return write_store.write(MlflowClient(uri), **values)


def dump(uri):
    return canonical.store(MlflowClient(uri))


def search(uri, experiment_ids, searches):
    """The run ids that each search finds, in order, paged; or the error code."""
    client = MlflowClient(uri)
    answers = []
    for each in searches:
        try:
            ids, token = [], None
            while True:
                page = client.search_runs(
                    experiment_ids,
                    filter_string=each["filter"],
                    order_by=each["orderBy"],
                    run_view_type=ViewType.ALL,
                    max_results=each.get("maxResults", 4),
                    page_token=token,
                )
                ids += [run.info.run_id for run in page]
                token = page.token
                if not token:
                    break
            answers.append(ids)
        except mlflow.exceptions.MlflowException as error:
            answers.append(error.error_code)
    return answers


def deleted_runs(uri, older_than):
    """The runs that `mlflow gc` would remove: deleted for at least that many milliseconds."""
    return sorted(MlflowClient(uri)._tracking_client.store._get_deleted_runs(older_than))


def append(uri, run_id):
    """What a plain script does to a store that others watch."""
    client = MlflowClient(uri)
    client.log_metric(run_id, "from outside", 0.5, timestamp=1, step=1)
    return client.create_run(client.get_run(run_id).info.experiment_id).info.run_id


def log_points(uri, run_id, key, count):
    client = MlflowClient(uri)
    for step in range(count):
        client.log_batch(run_id, metrics=[Metric(key, step / 3, step, step)])


def routes():
    """Every route of `mlflow server`, as [method, path with <parameters>]."""
    from mlflow.server import app, handlers

    found = {(method, path) for path, _, methods in handlers.get_endpoints() for method in methods}
    for rule in app.url_map.iter_rules():
        found |= {(method, rule.rule) for method in rule.methods - {"HEAD", "OPTIONS"}}
    try:
        from mlflow.server.fastapi_app import app as fastapi
    except ImportError:  # before 3.5
        return sorted(found)
    for path, methods in fastapi.openapi()["paths"].items():
        rule = path.replace("{", "<").replace("}", ">")
        found |= {(method.upper(), rule) for method in methods}
    return sorted(found)


def server_options():
    """The long names of what `mlflow server` takes."""
    from mlflow.cli import server

    names = [name for param in server.params for name in param.opts + param.secondary_opts]
    return [name for name in names if name.startswith("--")]


COMMANDS = {
    command.__name__: command
    for command in (
        version,
        write,
        dump,
        search,
        deleted_runs,
        append,
        log_points,
        routes,
        server_options,
        session.run,
        processes.log_at_once,
        registry.use_registry,
        registry.read_registry,
        databases.upgrade,
        databases.search_models,
    )
}


def main():
    for line in sys.stdin:
        request = json.loads(line)
        try:
            reply = {"ok": COMMANDS[request["command"]](**request["arguments"])}
        except Exception:
            reply = {"error": traceback.format_exc()}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


main()
