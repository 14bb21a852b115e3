"""Softmax regression by mini-batch gradient descent on the digits of data/optdigits.csv."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CLASSES = 10
DATA = Path(__file__).parent / "data" / "optdigits.csv"


@dataclass(frozen=True)
class Digits:
    images: np.ndarray
    """One row of 64 pixels per digit, 0 to 1."""
    labels: np.ndarray


@dataclass(frozen=True)
class Scores:
    loss: float
    accuracy: float


def load_digits(seed: int, validation_share: float = 0.25) -> tuple[Digits, Digits]:
    """Returns digits to train on and digits to validate with."""
    rows = np.loadtxt(DATA, delimiter=",", skiprows=1)
    np.random.default_rng(seed).shuffle(rows)
    digits = Digits(images=rows[:, :-1] / 16, labels=rows[:, -1].astype(int))
    cut = int(len(rows) * validation_share)
    return (
        Digits(digits.images[cut:], digits.labels[cut:]),
        Digits(digits.images[:cut], digits.labels[:cut]),
    )


class SoftmaxRegression:
    def __init__(self, learning_rate: float, momentum: float, weight_decay: float, seed: int):
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.rng = np.random.default_rng(seed)
        self.weights = self.rng.normal(scale=0.01, size=(65, CLASSES))
        self.velocity = np.zeros_like(self.weights)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        scores = with_bias(images) @ self.weights
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exponentials / exponentials.sum(axis=1, keepdims=True)

    def predict(self, images: np.ndarray) -> np.ndarray:
        return self.probabilities(images).argmax(axis=1)

    def evaluate(self, digits: Digits) -> Scores:
        probabilities = self.probabilities(digits.images)
        of_truth = probabilities[np.arange(len(digits.labels)), digits.labels]
        return Scores(
            loss=float(-np.log(np.maximum(of_truth, 1e-12)).mean()),
            accuracy=float((probabilities.argmax(axis=1) == digits.labels).mean()),
        )

    def fit(self, digits: Digits, epochs: int, batch_size: int) -> Iterator[int]:
        """Trains, and yields the number of the epoch after each."""
        targets = np.eye(CLASSES)[digits.labels]
        for epoch in range(epochs):
            order = self.rng.permutation(len(digits.labels))
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                self._step(digits.images[batch], targets[batch])
            yield epoch

    def _step(self, images: np.ndarray, targets: np.ndarray) -> None:
        errors = self.probabilities(images) - targets
        gradient = with_bias(images).T @ errors / len(images) + self.weight_decay * self.weights
        self.velocity = self.momentum * self.velocity - self.learning_rate * gradient
        self.weights += self.velocity


def with_bias(images: np.ndarray) -> np.ndarray:
    return np.hstack([images, np.ones((len(images), 1))])


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Counts, one row per true digit and one column per predicted digit."""
    counts = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(counts, (truth, predicted), 1)
    return counts
