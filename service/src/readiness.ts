import type { ModelId } from './model/model.ts';

export type ReadinessState = { readonly ready: true; readonly model: ModelId } | { readonly ready: false; readonly reason: string };

/** Whether requests may come in, and why not. Once the service stops, nothing makes it ready again. */
export class Readiness {
  #state: ReadinessState;
  #model: ModelId | null = null;
  #stopping = false;

  constructor(reason: string) {
    this.#state = { ready: false, reason };
  }

  get state(): ReadinessState {
    return this.#state;
  }

  /** The model that is loaded, also while the service stops; null until then. */
  get model(): ModelId | null {
    return this.#model;
  }

  becomeReady(model: ModelId): void {
    this.#model = model;
    if (!this.#stopping) this.#state = { ready: true, model };
  }

  explain(reason: string): void {
    if (!this.#stopping) this.#state = { ready: false, reason };
  }

  stop(): void {
    this.#stopping = true;
    this.#state = { ready: false, reason: 'The service is shutting down.' };
  }
}
