import type { Flower, Prediction } from '../iris.ts';

/** Which model answers: its name, the alias that was asked for, and the version that the alias stood for. */
export interface ModelId {
  readonly name: string;
  readonly alias: string;
  readonly version: string;
}

export interface Model {
  readonly id: ModelId;
  /** A prediction per flower, in their order. */
  predict(flowers: readonly Flower[]): Promise<Prediction[]>;
}
