import mlflow
from mlflow.entities import ViewType
from mlflow.tracking import fluent
from versions import HAS_DATASETS


def frames(session):
    """`search_runs` as a pandas frame."""
    experiment_id = session.experiment_id

    def names(**search):
        frame = mlflow.search_runs([experiment_id], **search)
        return list(frame["tags.mlflow.runName"]) if len(frame) else []

    whole = mlflow.search_runs([experiment_id], filter_string="params.index = '1'")
    every = mlflow.search_runs(experiment_names=[session.name])
    paged = in_pages(lambda: mlflow.search_runs([experiment_id]), "NUM_RUNS_PER_PAGE_PANDAS")
    return {
        "columns": sorted(whole.columns),
        "loss": [float(value) for value in whole["metrics.loss"]],
        "byMetric": names(
            filter_string="metrics.loss >= 1 AND params.index != ''", order_by=["metrics.loss DESC"]
        ),
        "byName": names(filter_string="attributes.run_name LIKE 'child%'", order_by=["run_name"]),
        "byStatus": names(filter_string="status = 'FAILED'"),
        "byDataset": names(filter_string="dataset.context = 'train' AND dataset.name = 'iris'")
        if HAS_DATASETS
        else None,
        "byTag": names(filter_string="tags.`größe` LIKE '日本%'"),
        "none": names(filter_string="params.index = 'nothing'"),
        "pagesAreTheWhole": every.equals(paged) and len(every) > 6,
        "list": len(mlflow.search_runs([experiment_id], output_format="list", max_results=2)),
    }


def in_pages(search, setting, size=2):
    """As if a page held only that many: the real sizes are in the thousands."""
    before = getattr(fluent, setting)
    setattr(fluent, setting, size)
    try:
        return search()
    finally:
        setattr(fluent, setting, before)


def pages(session):
    """Every run once, in order, also when one is logged in between."""
    client = session.client
    found, token, count = [], None, 0
    while True:
        page = client.search_runs(
            [session.experiment_id],
            run_view_type=ViewType.ALL,
            filter_string="attributes.run_name LIKE '%'",
            order_by=["attributes.run_name ASC"],
            max_results=2,
            page_token=token,
        )
        found += [entry.info.run_name for entry in page]
        count += 1
        token = page.token
        if not token:
            return {"inOrder": found == sorted(found), "once": len(set(found)) == len(found), "pages": count}
