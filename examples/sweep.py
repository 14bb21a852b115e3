"""Tries learning rates and momenta: a parent run, with one child run for each pair."""

import argparse
import itertools
import time

import mlflow

from softmax import SoftmaxRegression, load_digits


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--learning-rates", type=float, nargs="+", default=[0.005, 0.05, 0.5])
    parser.add_argument("--momenta", type=float, nargs="+", default=[0.0, 0.8])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--delay", type=float, default=0.05, help="seconds to wait after each epoch, for watching"
    )
    return parser.parse_args()


def train_child(learning_rate: float, momentum: float, arguments: argparse.Namespace) -> float:
    """Returns the accuracy on the validation digits."""
    train, validation = load_digits(arguments.seed)
    model = SoftmaxRegression(learning_rate, momentum, weight_decay=1e-4, seed=arguments.seed)
    accuracy = 0.0
    with mlflow.start_run(run_name=f"lr {learning_rate} momentum {momentum}", nested=True):
        mlflow.log_params({"learning_rate": learning_rate, "momentum": momentum})
        for epoch in model.fit(train, arguments.epochs, batch_size=64):
            scores = model.evaluate(validation)
            accuracy = scores.accuracy
            mlflow.log_metrics(
                {"validation/loss": scores.loss, "validation/accuracy": accuracy}, step=epoch
            )
            time.sleep(arguments.delay)
    print(f"learning rate {learning_rate:<6} momentum {momentum:<4} accuracy {accuracy:.3f}", flush=True)
    return accuracy


def main() -> None:
    arguments = parse_arguments()
    with mlflow.start_run(run_name="sweep"):
        mlflow.log_params({"epochs": arguments.epochs, "seed": arguments.seed})
        best_accuracy, best_pair = max(
            (train_child(learning_rate, momentum, arguments), (learning_rate, momentum))
            for learning_rate, momentum in itertools.product(
                arguments.learning_rates, arguments.momenta
            )
        )
        mlflow.log_metric("best/accuracy", best_accuracy)
        mlflow.log_params({"best_learning_rate": best_pair[0], "best_momentum": best_pair[1]})


if __name__ == "__main__":
    main()
