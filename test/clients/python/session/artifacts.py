import io
import tempfile
from pathlib import Path

import matplotlib
import mlflow
import numpy as np
from PIL import Image

matplotlib.use("Agg")
from matplotlib import pyplot as plt  # noqa: E402


def log_files():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "größe & co.txt")
        path.write_text("plain ü\n", encoding="utf-8")
        mlflow.log_artifact(str(path))
        mlflow.log_artifact(str(path), "sub dir/deeper")
        Path(folder, "empty.bin").write_bytes(b"")
        Path(folder, "bytes.bin").write_bytes(bytes(range(256)) * 4096)
        mlflow.log_artifacts(folder, "all")
    mlflow.log_dict({"a": [1, None, "ü"]}, "dicts/data.json")
    mlflow.log_dict({"a": [1, None, "ü"]}, "dicts/data.yaml")
    mlflow.log_text("<b>ü</b>\n", "page.html")
    if hasattr(mlflow, "log_stream"):
        mlflow.log_stream(io.BytesIO(b"streamed"), "streams/bytes.bin")
    figure, axes = plt.subplots()
    axes.plot([1, 2, 3])
    mlflow.log_figure(figure, "figures/plot.png")
    plt.close(figure)
    mlflow.log_image(np.zeros((4, 4, 3), dtype=np.uint8), "images/array.png")


def files(session):
    """Logged by every call there is for it, listed and downloaded again."""
    with mlflow.start_run(run_id=session.run_id):
        log_files()
    client, run_id = session.client, session.run_id
    with tempfile.TemporaryDirectory() as folder:
        downloaded = Path(
            mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="all", dst_path=folder)
        )
        contents = {path.name: path.read_bytes() for path in sorted(downloaded.iterdir())}
        image = Image.open(client.download_artifacts(run_id, "images/array.png", folder)).size
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(client.download_artifacts(run_id, "", folder))
        count = len([path for path in whole.rglob("*") if path.is_file()])
    uri = f"runs:/{run_id}/"
    with mlflow.start_run(run_id=run_id):
        artifact_uri = mlflow.get_artifact_uri("page.html")
    assert mlflow.artifacts.download_artifacts(artifact_uri=artifact_uri).endswith("page.html")
    return {
        "tree": sorted(tree(client, run_id)),
        "ofFile": [entry.path for entry in client.list_artifacts(run_id, "page.html")],
        "ofNothing": [entry.path for entry in client.list_artifacts(run_id, "nowhere")],
        "downloadedBytes": {name: len(content) for name, content in contents.items()},
        "bytesAreKept": contents["bytes.bin"] == bytes(range(256)) * 4096,
        "allAreDownloaded": count == len(list(tree(client, run_id))),
        "text": mlflow.artifacts.load_text(uri + "page.html"),
        "dict": mlflow.artifacts.load_dict(uri + "dicts/data.json"),
        "image": list(image),
        "ofClient": through_client(client, session.experiment_id),
    }


def tree(client, run_id, path=None):
    for entry in client.list_artifacts(run_id, path):
        if entry.is_dir:
            yield from tree(client, run_id, entry.path)
        else:
            yield [entry.path, entry.file_size or 0]


def through_client(client, experiment_id):
    """The same by the methods of the client, on a run that is not active."""
    run_id = client.create_run(experiment_id, run_name="artifacts").info.run_id
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_text("a", encoding="utf-8")
        client.log_artifact(run_id, str(path))
        # Logged again, it is replaced.
        path.write_text("longer", encoding="utf-8")
        client.log_artifact(run_id, str(path))
        client.log_artifacts(run_id, folder, "folder")
    client.log_text(run_id, "text", "text.txt")
    client.log_dict(run_id, {"b": 1}, "dict.json")
    figure, axes = plt.subplots()
    axes.plot([2, 1])
    client.log_figure(run_id, figure, "figure.png")
    plt.close(figure)
    client.log_image(run_id, np.ones((2, 2, 3), dtype=np.uint8), "image.png")
    if hasattr(client, "log_stream"):
        with tempfile.TemporaryFile() as stream:
            stream.write(b"stream")
            stream.seek(0)
            client.log_stream(run_id, stream, "stream.bin")
    sizes = dict(tree(client, run_id))
    return {"sizes": {name: sizes[name] for name in ("a.txt", "folder/a.txt", "text.txt")}, "files": len(sizes)}


def tables(session):
    client, run_id = session.client, session.run_id
    with mlflow.start_run(run_id=run_id):
        mlflow.log_table({"in": ["a", "b"], "out": [1, 2]}, "table.json")
        mlflow.log_table({"in": ["c"], "out": [3]}, "table.json")
    client.log_table(run_id, {"in": ["d"], "out": [4]}, "table.json")
    return {
        "fluent": mlflow.load_table("table.json", run_ids=[run_id]).to_dict("list"),
        "client": client.load_table(session.experiment_id, "table.json", extra_columns=["run_id"]).shape,
        "tag": client.get_run(run_id).data.tags["mlflow.loggedArtifacts"],
    }


def images(session):
    """By key and step, in the background: each makes a picture and a small one beside it."""
    client, run_id = session.client, session.run_id
    with mlflow.start_run(run_id=run_id):
        mlflow.log_image(Image.new("RGB", (3, 2), "red"), key="a sample", step=1)
        mlflow.flush_artifact_async_logging()
    client.log_image(run_id, np.zeros((4, 4, 3), dtype=np.uint8), key="a sample", step=2, synchronous=True)
    paths = [entry.path for entry in client.list_artifacts(run_id, "images") if "step" in entry.path]
    with tempfile.TemporaryDirectory() as folder:
        pictures = [client.download_artifacts(run_id, path, folder) for path in paths]
        sizes = [Image.open(picture).size for picture in pictures if picture.endswith(".png")]
        small = [Image.open(picture).format for picture in pictures if picture.endswith(".webp")]
    return {"sizes": sorted(sizes), "small": small}
