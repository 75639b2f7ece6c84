import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { type Flower, MEASUREMENTS, measurements, type Prediction, SPECIES, type Species } from '../iris.ts';
import type { Model, ModelId } from './model.ts';

// A run of these models takes microseconds: threads would cost more than they give, and a pod has a part of a core.
env.wasm.numThreads = 1;

const SAMPLE: Flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

/**
 * An ONNX model on ONNX Runtime's WebAssembly backend, warm: it has answered once.
 * Throws an error that names the model when its bytes are no ONNX model, or when it takes or answers something else than iris models do.
 */
export async function loadOnnxModel(id: ModelId, onnx: Uint8Array): Promise<Model> {
  try {
    const session = await InferenceSession.create(onnx, { executionProviders: ['wasm'] });
    const model: Model = { id, predict: async (flowers) => predict(session, flowers) };
    await model.predict([SAMPLE]);
    return model;
  } catch (error) {
    throw new Error(`Model ${id.name} version ${id.version} cannot be served: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function predict(session: InferenceSession, flowers: readonly Flower[]): Promise<Prediction[]> {
  const [input] = session.inputNames;
  if (input === undefined) throw new Error('it takes no input.');
  const outputs = await session.run({ [input]: new Tensor('float32', flowers.flatMap(measurements), [flowers.length, MEASUREMENTS]) });
  const { label, probabilities } = outputs;
  if (label?.type !== 'string' || probabilities?.type !== 'float32') throw new Error(`it answers ${session.outputNames.join(', ')}, not label and probabilities.`);
  const [labels, shares] = [label.data as string[], probabilities.data as Float32Array];
  if (shares.length !== flowers.length * SPECIES.length) throw new Error(`it answers ${shares.length / flowers.length} probabilities per flower, not ${SPECIES.length}.`);
  return flowers.map((_, index) => ({ species: asSpecies(labels[index]), probabilities: sharesOf(shares.subarray(index * SPECIES.length)) }));
}

function asSpecies(label: string | undefined): Species {
  const species = SPECIES.find((name) => name === label);
  if (species === undefined) throw new Error(`it answers ${label}, which is none of ${SPECIES.join(', ')}.`);
  return species;
}

/** Rounding in float32 can put a certain answer a little above 1. */
function sharesOf([setosa = 0, versicolor = 0, virginica = 0]: Float32Array): Prediction['probabilities'] {
  return { setosa: Math.min(setosa, 1), versicolor: Math.min(versicolor, 1), virginica: Math.min(virginica, 1) };
}
