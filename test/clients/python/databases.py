"""What only MLflow's own code does with a database."""

import mlflow
from mlflow import MlflowClient


def upgrade(uri):
    """`mlflow db upgrade`."""
    from mlflow.db import commands

    commands.main(["upgrade", uri], standalone_mode=False)
    return mlflow.__version__


def search_models(uri, experiment_id, searches):
    """The names of the logged models that each search finds, in order, paged."""
    client = MlflowClient(uri)
    answers = []
    for each in searches:
        names, token = [], None
        while True:
            page = client.search_logged_models(
                [experiment_id],
                filter_string=each["filter"] or None,
                order_by=each["orderBy"] or None,
                datasets=each["datasets"] or None,
                max_results=7,
                page_token=token,
            )
            names += [model.name for model in page]
            token = page.token
            if not token:
                break
        answers.append(names)
    return answers
