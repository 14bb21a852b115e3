"""Classifies Fisher's iris with scikit-learn; MLflow's autologging records params, metrics and the model."""

import argparse
from pathlib import Path

import mlflow
import mlflow.sklearn
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

DATA = Path(__file__).parent / "data" / "iris.csv"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=50)
    parser.add_argument("--max-depth", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    flowers = pd.read_csv(DATA)
    features, species = flowers.drop(columns="species"), flowers["species"]
    train_x, test_x, train_y, test_y = train_test_split(
        features, species, test_size=0.3, stratify=species, random_state=arguments.seed
    )

    mlflow.sklearn.autolog(log_datasets=True, silent=True)
    with mlflow.start_run(run_name="random forest"):
        forest = RandomForestClassifier(
            n_estimators=arguments.trees,
            max_depth=arguments.max_depth,
            random_state=arguments.seed,
        )
        forest.fit(train_x, train_y)
        accuracy = forest.score(test_x, test_y)
        mlflow.log_metric("test_accuracy", accuracy)
    print(f"accuracy on the test flowers: {accuracy:.3f}")


if __name__ == "__main__":
    main()
