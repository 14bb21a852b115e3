"""What the server refuses, and what it does not serve: the client must say so, and the rest of the script go on."""

import tempfile

import mlflow
from mlflow.exceptions import MlflowException


def code_of(call):
    try:
        call()
        return None
    except MlflowException as error:
        return error.error_code
    except OSError as error:
        return type(error).__name__


def errors(session):
    client, run_id = session.client, session.run_id

    def download(path):
        with tempfile.TemporaryDirectory() as folder:
            client.download_artifacts(run_id, path, folder)

    return {
        "changedParam": code_of(lambda: client.log_param(run_id, "lr", "other")),
        "unknownRun": code_of(lambda: client.get_run("0" * 32)),
        "unknownExperiment": code_of(lambda: client.get_experiment("987654321")),
        "takenName": code_of(lambda: client.create_experiment("Default")),
        "absentTag": code_of(lambda: client.delete_tag(run_id, "never")),
        "badFilter": code_of(lambda: client.search_runs(["0"], "loss >")),
        "longKey": code_of(lambda: client.log_param(run_id, "k" * 251, "1")),
        "badKey": code_of(lambda: client.log_metric(run_id, "a//b", 1)),
        "absentArtifact": code_of(lambda: download("nowhere/at/all.txt")) is not None,
        "noExperiment": client.get_experiment_by_name("nowhere") is None,
    }


def registry(session):
    """The message that a person sees, and how often the model of a run was registered: never."""

    def message_of(call):
        try:
            call()
            return None
        except MlflowException as error:
            return str(error)

    return {
        "register": message_of(lambda: mlflow.register_model(f"runs:/{session.run_id}/all", "name")),
        "create": message_of(lambda: session.client.create_registered_model("name")),
        "search": message_of(lambda: session.client.search_registered_models()),
    }


def traces(session):
    """A script that traces goes on where the server keeps no traces."""

    @mlflow.trace
    def double(number):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"number": number})
            return 2 * number

    answer = double(21)
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging()
    return {
        "answer": answer,
        "search": code_of(lambda: session.client.search_traces([session.experiment_id])),
    }
