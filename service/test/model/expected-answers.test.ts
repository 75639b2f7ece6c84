import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadOnnxModel } from '../../src/model/onnx-model.ts';
import { expectedAnswers, largestDifference, MODEL_FOLDER } from '../support/expected-answers.ts';

describe('the models that were exported to ONNX', () => {
  it.each(['1', '2'])('answer as scikit-learn does: version %s', async (version) => {
    const model = await loadOnnxModel({ name: 'iris', alias: 'any', version }, await readFile(new URL(`iris/${version}/model.onnx`, MODEL_FOLDER)));
    const { flowers, predictions, accuracy } = expectedAnswers(version);
    const answered = await model.predict(flowers);
    expect(flowers).toHaveLength(30);
    expect(answered.map(({ species }) => species)).toEqual(predictions.map(({ species }) => species));
    expect(largestDifference(answered, predictions)).toBeLessThan(1e-5);
    expect(accuracy).toBeGreaterThan(0.9);
  });

  it('are two: a switch of the alias can be seen in the probabilities', () => {
    expect(largestDifference(expectedAnswers('1').predictions, expectedAnswers('2').predictions)).toBeGreaterThan(0.1);
  });
});

describe('loadOnnxModel', () => {
  it('names the model whose bytes are none', async () => {
    await expect(loadOnnxModel({ name: 'iris', alias: 'champion', version: '7' }, new TextEncoder().encode('no model'))).rejects.toThrow(/^Model iris version 7 cannot be served: /);
  });
});
