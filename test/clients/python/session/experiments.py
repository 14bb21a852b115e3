import mlflow
from mlflow.entities import ViewType


def lifecycle(session):
    client, name = session.client, session.name
    experiment_id = client.create_experiment(f"{name}, second", tags={"a": "1"})
    run_id = client.create_run(experiment_id, run_name="second").info.run_id
    stages = []

    def note():
        stages.append(
            [
                client.get_experiment(experiment_id).lifecycle_stage,
                client.get_run(run_id).info.lifecycle_stage,
                len(client.search_runs([experiment_id])),
            ]
        )

    client.delete_run(run_id)
    note()
    client.restore_run(run_id)
    note()
    client.delete_experiment(experiment_id)
    note()
    client.restore_experiment(experiment_id)
    note()
    client.rename_experiment(experiment_id, f"{name}, renamed")
    client.set_experiment_tag(experiment_id, "b", "2")
    client.update_run(run_id, name="renamed", status="KILLED")
    renamed = client.get_run(run_id)
    found = client.search_experiments(filter_string=f"name = '{name}, renamed' AND tags.b = '2'")
    return {
        "stages": stages,
        "run": [renamed.info.run_name, renamed.data.tags["mlflow.runName"], renamed.info.status],
        "found": [dict(each.tags) for each in found],
        "fluent": fluent(session),
        "pages": pages(session),
    }


def fluent(session):
    """The same through the fluent API; it makes no experiment the current one but the session's."""
    experiment_id = mlflow.create_experiment(f"{session.name}, fluent ü", tags={"kept": "1", "c": "ü"})
    mlflow.set_experiment(experiment_id=experiment_id)
    mlflow.set_experiment_tag("d/e", "3")
    mlflow.set_experiment_tags({"f": 4, "gone": ""})
    if hasattr(mlflow, "delete_experiment_tag"):
        mlflow.delete_experiment_tag("gone")
        session.client.set_experiment_tag(experiment_id, "gone too", "1")
        session.client.delete_experiment_tag(experiment_id, "gone too")
    run_id = mlflow.start_run().info.run_id
    mlflow.end_run("KILLED")
    mlflow.delete_run(run_id)
    if hasattr(mlflow, "restore_run"):
        mlflow.restore_run(run_id)
    mlflow.set_experiment(session.name)
    mlflow.delete_experiment(experiment_id)
    if hasattr(mlflow, "restore_experiment"):
        mlflow.restore_experiment(experiment_id)
    else:
        session.client.restore_experiment(experiment_id)
    found = mlflow.get_experiment(experiment_id)
    tags = {key: value for key, value in found.tags.items() if key != "gone"}
    by_name = mlflow.get_experiment_by_name(f"{session.name}, fluent ü")
    return {"tags": tags, "stage": found.lifecycle_stage, "byName": by_name.experiment_id == experiment_id}


def pages(session):
    client = session.client
    names, token = [], None
    while True:
        page = client.search_experiments(
            view_type=ViewType.ALL, max_results=1, order_by=["name DESC"], page_token=token
        )
        names += [entry.name for entry in page]
        token = page.token
        if not token:
            break
    every = [entry.name for entry in mlflow.search_experiments(view_type=ViewType.ALL)]
    if hasattr(mlflow, "list_experiments"):
        # Gone with MLflow 2.
        assert sorted(entry.name for entry in mlflow.list_experiments(ViewType.ALL)) == sorted(every)
        assert len(client.list_experiments(max_results=1)) == 1
        run_ids = [info.run_id for info in mlflow.list_run_infos(session.experiment_id)]
        assert run_ids == [info.run_id for info in client.list_run_infos(session.experiment_id)]
        assert session.run_id in run_ids
    return {"sorted": names == sorted(names, reverse=True), "every": sorted(names) == sorted(every)}
