import type { Flower } from '../../src/iris.ts';

export function aFlower(differing: Partial<Flower> = {}): Flower {
  return { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2, ...differing };
}
