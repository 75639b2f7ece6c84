import { type Static, Type } from 'typebox';

/** The species that a model may answer with, in the order of its probabilities. */
export const SPECIES = ['setosa', 'versicolor', 'virginica'] as const;
export type Species = (typeof SPECIES)[number];

const Centimetres = Type.Number({ exclusiveMinimum: 0, maximum: 100, description: 'Centimetres' });

/** One flower. A model takes its measurements in this order. */
export const Flower = Type.Object(
  { sepal_length: Centimetres, sepal_width: Centimetres, petal_length: Centimetres, petal_width: Centimetres },
  { additionalProperties: false, examples: [{ sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 }] },
);
export type Flower = Static<typeof Flower>;

export const Batch = Type.Object({ instances: Type.Array(Flower, { minItems: 1, maxItems: 1000 }) }, { additionalProperties: false });

const Probability = Type.Number({ minimum: 0, maximum: 1 });
export const Prediction = Type.Object({
  species: Type.Enum([...SPECIES]),
  probabilities: Type.Object({ setosa: Probability, versicolor: Probability, virginica: Probability }),
});
export type Prediction = Static<typeof Prediction>;

export const MEASUREMENTS = 4;

/** The measurements in the order in which models take them. */
export function measurements(flower: Flower): number[] {
  return [flower.sepal_length, flower.sepal_width, flower.petal_length, flower.petal_width];
}
