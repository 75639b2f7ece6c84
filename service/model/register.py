"""Registers the versions in a folder with an MLflow tracking server, as a team's training job would.

    MLFLOW_TRACKING_URI=http://127.0.0.1:5000 python model/register.py [FOLDER]
"""

import json
import sys
from pathlib import Path

import mlflow
import onnx

NAME = "iris"


def register(folder: Path) -> None:
    aliases = json.loads((folder / NAME / "aliases.json").read_text())
    client = mlflow.MlflowClient()
    mlflow.set_experiment(NAME)
    for alias, version in aliases.items():
        model = onnx.load(folder / NAME / version / "model.onnx")
        with mlflow.start_run(run_name=f"{NAME}-{version}"):
            # Named here, MLflow does not start a Python of its own to find out.
            needs = [f"onnx=={onnx.__version__}"]
            logged = mlflow.onnx.log_model(model, name="model", registered_model_name=NAME, pip_requirements=needs)
        client.set_registered_model_alias(NAME, alias, logged.registered_model_version)
        print(f"{NAME} version {logged.registered_model_version} is {alias}")


if __name__ == "__main__":
    register(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
