"""The commands of `mlflow`, in this process: each in a new one would load MLflow again."""

import tempfile
from pathlib import Path

from click.testing import CliRunner
from mlflow.cli import cli
from versions import is_at_least


def mlflow_command(*args):
    result = CliRunner().invoke(cli, list(args))
    if result.exit_code != 0:
        raise AssertionError(f"mlflow {' '.join(args)} ended with {result.exit_code}: {result.output}") from (
            result.exception
        )
    return result.output


def command_line(session):
    client, experiment_id, run_id = session.client, session.experiment_id, session.run_id
    listed = mlflow_command("runs", "list", "--experiment-id", experiment_id)
    described = mlflow_command("runs", "describe", "--run-id", run_id)
    name = f"{session.name}, by command"
    mlflow_command("experiments", "create", "--experiment-name", name)
    made = client.get_experiment_by_name(name).experiment_id
    mlflow_command("experiments", "rename", "--experiment-id", made, "--new-name", f"{name} ü")
    mlflow_command("experiments", "delete", "--experiment-id", made)
    search = "search" if is_at_least(2, 0) else "list"
    deleted = mlflow_command("experiments", search, "--view", "deleted_only")
    mlflow_command("experiments", "restore", "--experiment-id", made)
    searched = mlflow_command("experiments", search, "--view", "all")
    other = client.create_run(made).info.run_id
    mlflow_command("runs", "delete", "--run-id", other)
    stage = client.get_run(other).info.lifecycle_stage
    mlflow_command("runs", "restore", "--run-id", other)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "runs.csv")
        mlflow_command("experiments", "csv", "--experiment-id", experiment_id, "--filename", str(table))
        lines = table.read_text(encoding="utf-8")
        mlflow_command("artifacts", "log-artifact", "--local-file", str(table), "--run-id", other)
        mlflow_command("artifacts", "log-artifacts", "--local-dir", folder, "--run-id", other)
        mlflow_command(
            *("artifacts", "download", "--run-id", run_id, "--artifact-path", "all", "--dst-path", folder)
        )
        downloaded = sorted(path.name for path in Path(folder, "all").iterdir())
    return {
        "runsList": run_id in listed and "parent ü" in listed,
        "describe": '"status": "FINISHED"' in described,
        "deleted": f"{name} ü" in deleted and session.name not in deleted.replace(name, ""),
        "search": f"{name} ü" in searched and session.name in searched.replace(name, ""),
        "stages": [stage, client.get_run(other).info.lifecycle_stage],
        "csv": run_id in lines,
        "artifactsList": '"runs.csv"' in mlflow_command("artifacts", "list", "--run-id", other),
        "downloaded": downloaded,
    }
