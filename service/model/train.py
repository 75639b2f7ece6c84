"""Trains the two versions of the iris model and writes them as ONNX, with the probabilities that scikit-learn itself gives.

    python model/train.py [FOLDER]      (default: the folder of this file)

Version 1 is a logistic regression and has the alias champion; version 2 is a random forest and has the alias challenger.
"""

import json
import sys
from pathlib import Path

import numpy as np
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

NAME = "iris"
ALIASES = {"champion": "1", "challenger": "2"}
MODELS = {
    "1": make_pipeline(StandardScaler(), LogisticRegression()),
    "2": RandomForestClassifier(n_estimators=20, max_depth=4, random_state=0),
}
# The newest opset that the ONNX runtime of the service and skl2onnx both know.
OPSET = 17


def train(folder: Path) -> None:
    iris = load_iris()
    species = iris.target_names[iris.target]
    known, unseen, known_species, unseen_species = train_test_split(
        iris.data.astype(np.float32), species, test_size=30, stratify=species, random_state=0
    )
    for version, model in MODELS.items():
        model.fit(known, known_species)
        write_version(folder / NAME / version, model, unseen, unseen_species)
    write_json(folder / NAME / "aliases.json", ALIASES)


def write_version(folder: Path, model, unseen, unseen_species) -> None:
    """One version: the model, and what it says about flowers that it was not trained on."""
    folder.mkdir(parents=True, exist_ok=True)
    # zipmap would answer a list of maps, which ONNX Runtime Web cannot read; without it the answer is a tensor.
    onnx = to_onnx(model, unseen[:1], options={"zipmap": False}, target_opset=OPSET)
    (folder / "model.onnx").write_bytes(onnx.SerializeToString())
    write_json(
        folder / "expected.json",
        {
            "accuracy": round(model.score(unseen, unseen_species), 4),
            "classes": model.classes_.tolist(),
            "flowers": [
                {
                    "measurements": [round(float(value), 1) for value in flower],
                    "species": label,
                    "probabilities": [round(float(value), 6) for value in probabilities],
                }
                for flower, label, probabilities in zip(unseen, model.predict(unseen), model.predict_proba(unseen))
            ],
        },
    )


def write_json(file: Path, value) -> None:
    file.write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    train(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
