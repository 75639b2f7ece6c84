import { readFileSync } from 'node:fs';
import type { Flower } from '../../src/iris.ts';
import { type Prediction, SPECIES } from '../../src/iris.ts';

export interface ExpectedAnswers {
  readonly accuracy: number;
  readonly flowers: readonly Flower[];
  readonly predictions: readonly Prediction[];
}

interface ExpectedFile {
  readonly accuracy: number;
  readonly classes: string[];
  readonly flowers: { readonly measurements: [number, number, number, number]; readonly species: Prediction['species']; readonly probabilities: [number, number, number] }[];
}

export const MODEL_FOLDER = new URL('../../model/', import.meta.url);

/** What scikit-learn answered for flowers that it was not trained on, written by model/train.py beside the ONNX file. */
export function expectedAnswers(version: string, folder: URL = MODEL_FOLDER): ExpectedAnswers {
  const { accuracy, classes, flowers } = JSON.parse(readFileSync(new URL(`iris/${version}/expected.json`, folder), 'utf8')) as ExpectedFile;
  if (classes.join() !== SPECIES.join()) throw new Error(`The model's classes are ${classes.join()}, not ${SPECIES.join()}.`);
  return {
    accuracy,
    flowers: flowers.map(({ measurements: [sepal_length, sepal_width, petal_length, petal_width] }) => ({ sepal_length, sepal_width, petal_length, petal_width })),
    predictions: flowers.map(({ species, probabilities: [setosa, versicolor, virginica] }) => ({ species, probabilities: { setosa, versicolor, virginica } })),
  };
}

/** Six decimals are kept in the file, and ONNX computes in float32. */
export function largestDifference(answered: readonly Prediction[], expected: readonly Prediction[]): number {
  const differences = expected.flatMap(({ probabilities }, index) => SPECIES.map((name) => Math.abs(probabilities[name] - (answered[index]?.probabilities[name] ?? Number.NaN))));
  return Math.max(...differences);
}
