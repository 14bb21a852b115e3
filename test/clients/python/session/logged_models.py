import tempfile
from pathlib import Path

import mlflow


def logged_models(session):
    """Models without a flavour, by every call that MLflow 3 has for them."""
    # Older releases, which do not come here, have none of them.
    from mlflow.entities import LoggedModelInput, LoggedModelOutput, LoggedModelStatus

    client = session.client
    with mlflow.start_run(run_name="models") as active:
        made = mlflow.initialize_logged_model(
            name="made ü", params={"depth": "3"}, tags={"stage": "dev"}, model_type="tree"
        )
        pending = mlflow.get_logged_model(made.model_id).status == LoggedModelStatus.PENDING
        mlflow.finalize_logged_model(made.model_id, "READY")
        outside = mlflow.create_external_model(name="outside", params={"a/b": "ü"})
        if hasattr(mlflow, "log_model_params"):
            mlflow.log_model_params({"more": "1"}, model_id=made.model_id)
            client.log_model_params(made.model_id, {"even more": "2"})
        mlflow.set_logged_model_tags(made.model_id, {"gone": "1", "gone too": "1", "stage": "prod"})
        mlflow.delete_logged_model_tag(made.model_id, "gone")
        client.delete_logged_model_tag(made.model_id, "gone too")
        if hasattr(mlflow, "log_outputs"):
            mlflow.log_outputs([LoggedModelOutput(made.model_id, 4)])
        client.log_outputs(active.info.run_id, [LoggedModelOutput(outside.model_id, 5)])
        client.log_inputs(active.info.run_id, models=[LoggedModelInput(made.model_id)])
        mlflow.set_active_model(model_id=outside.model_id)
        assert mlflow.get_active_model_id() == outside.model_id
        # Goes to the active model, whose id the client adds.
        mlflow.log_metric("of the active model", 0.5, step=1)
        mlflow.clear_active_model()
    deleted = client.create_logged_model(session.experiment_id, name="deleted")
    client.finalize_logged_model(deleted.model_id, "FAILED")
    client.delete_logged_model(deleted.model_id)
    got = client.get_logged_model(made.model_id)
    return {
        "pending": pending,
        "made": [got.name, got.status.value, got.model_type, dict(got.params)],
        "tags": {key: value for key, value in got.tags.items() if not key.startswith("mlflow.")},
        "last": hasattr(mlflow, "last_logged_model") and mlflow.last_logged_model() is not None,
        "outputs": sorted(output.step for output in client.get_run(active.info.run_id).outputs.model_outputs),
        "activeMetrics": [metric.key for metric in client.get_logged_model(outside.model_id).metrics or []],
        "names": pages(client, session.experiment_id),
        "frame": len(mlflow.search_logged_models([session.experiment_id], "name != 'made ü'")),
        "files": files(client, made.model_id),
    }


def pages(client, experiment_id):
    names, token = [], None
    while True:
        page = client.search_logged_models(
            [experiment_id],
            max_results=1,
            order_by=[{"field_name": "name", "ascending": True}],
            page_token=token,
        )
        names += [model.name for model in page]
        token = page.token
        if not token:
            return names


def files(client, model_id):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "weights.bin").write_bytes(b"weights")
        if hasattr(client, "log_model_artifact"):
            client.log_model_artifact(model_id, str(Path(folder, "weights.bin")))
        client.log_model_artifacts(model_id, folder)
    return sorted(entry.path for entry in client.list_logged_model_artifacts(model_id))
