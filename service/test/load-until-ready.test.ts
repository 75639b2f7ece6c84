import { describe, expect, it, vi } from 'vitest';
import { loadUntilReady } from '../src/load-until-ready.ts';
import type { Model } from '../src/model/model.ts';
import { Readiness } from '../src/readiness.ts';

const MODEL: Model = { id: { name: 'iris', alias: 'champion', version: '1' }, predict: async () => [] };

function aLoading(answers: (Model | Error)[]) {
  const ending = new AbortController();
  const errors: string[] = [];
  const readiness = new Readiness('loading');
  const log = { info: vi.fn(), error: (_: unknown, message?: string) => void errors.push(String(message)) };
  const models = {
    async withAlias() {
      const answer = answers.shift();
      // What comes after the last answer is the end.
      if (answers.length === 0 && answer instanceof Error) ending.abort();
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('There is no more.');
      return answer;
    },
  };
  return { loading: { models, alias: 'champion', readiness, log, startDelay: 0, signal: ending.signal }, readiness, errors };
}

describe('loadUntilReady', () => {
  it('says why it is not ready, and tries again until it is', async () => {
    const { loading, readiness, errors } = aLoading([new Error('MLflow does not answer.'), MODEL]);
    expect(await loadUntilReady(loading)).toBe(MODEL);
    expect(errors).toEqual(['MLflow does not answer.']);
    expect(readiness.state).toEqual({ ready: true, model: MODEL.id });
  });

  it('ends when it is told to, with the last reason', async () => {
    const { loading, readiness } = aLoading([new Error('Model iris has no alias champion.')]);
    expect(await loadUntilReady(loading)).toBeNull();
    expect(readiness.state).toEqual({ ready: false, reason: 'Model iris has no alias champion.' });
  });
});

describe('Readiness', () => {
  it('does not come back once the service stops, but keeps the model for requests in flight', () => {
    const readiness = new Readiness('loading');
    readiness.becomeReady(MODEL.id);
    readiness.stop();
    readiness.becomeReady(MODEL.id);
    readiness.explain('late');
    expect(readiness.state).toEqual({ ready: false, reason: 'The service is shutting down.' });
    expect(readiness.model).toEqual(MODEL.id);
  });
});
