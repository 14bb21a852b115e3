"""Trains a softmax regression on handwritten digits and logs every epoch to MLflow.

    mlflow-tracker run -- python train_softmax.py --learning-rate 0.05

or "Track: Run current script" in the editor; `python train_softmax.py` alone works as well.
"""

import argparse
import time

import matplotlib.figure
import mlflow
import mlflow.data
import numpy as np
from mlflow.data.sources import LocalArtifactDatasetSource

from softmax import DATA, Digits, SoftmaxRegression, confusion_matrix, load_digits


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--momentum", type=float, default=0.8)
    parser.add_argument("--weight-decay", type=float, default=1e-4)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--delay", type=float, default=0.25, help="seconds to wait after each epoch, for watching"
    )
    return parser.parse_args()


def log_dataset(digits: Digits, context: str) -> None:
    dataset = mlflow.data.from_numpy(
        digits.images,
        targets=digits.labels,
        source=LocalArtifactDatasetSource(DATA.as_posix()),
        name="optdigits",
    )
    mlflow.log_input(dataset, context=context)


def log_confusion(truth: np.ndarray, predicted: np.ndarray) -> None:
    counts = confusion_matrix(truth, predicted)
    header = "true\\predicted," + ",".join(str(digit) for digit in range(10))
    rows = [f"{digit}," + ",".join(map(str, row)) for digit, row in enumerate(counts)]
    mlflow.log_text("\n".join([header, *rows]) + "\n", "confusion_matrix.csv")

    figure = matplotlib.figure.Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="predicted", ylabel="true", title="Validation digits")
    axes.imshow(np.sqrt(counts), cmap="Blues")
    axes.set_xticks(range(10))
    axes.set_yticks(range(10))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if row == column else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=colour)
    mlflow.log_figure(figure, "confusion_matrix.png")


def main() -> None:
    arguments = parse_arguments()
    train, validation = load_digits(arguments.seed)
    model = SoftmaxRegression(
        arguments.learning_rate, arguments.momentum, arguments.weight_decay, arguments.seed
    )
    with mlflow.start_run():
        mlflow.log_params({k: v for k, v in vars(arguments).items() if k != "delay"})
        log_dataset(train, "train")
        log_dataset(validation, "validation")
        for epoch in model.fit(train, arguments.epochs, arguments.batch_size):
            on_train, on_validation = model.evaluate(train), model.evaluate(validation)
            mlflow.log_metrics(
                {
                    "train/loss": on_train.loss,
                    "train/accuracy": on_train.accuracy,
                    "validation/loss": on_validation.loss,
                    "validation/accuracy": on_validation.accuracy,
                },
                step=epoch,
            )
            print(
                f"epoch {epoch + 1:3}/{arguments.epochs}"
                f"  loss {on_train.loss:.4f}  validation loss {on_validation.loss:.4f}"
                f"  accuracy {on_validation.accuracy:.3f}",
                flush=True,
            )
            time.sleep(arguments.delay)
        log_confusion(validation.labels, model.predict(validation.images))


if __name__ == "__main__":
    main()
