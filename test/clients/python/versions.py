"""What the MLflow of this process has."""

import inspect

import mlflow

VERSION = tuple(int(part) for part in mlflow.__version__.split(".")[:2])


def is_at_least(*version):
    return VERSION >= version


def takes(function, parameter):
    return parameter in inspect.signature(function).parameters


HAS_LOGGED_MODELS = is_at_least(3, 0)
HAS_DATASETS = is_at_least(2, 4)
HAS_ASYNC_LOGGING = is_at_least(2, 10)
