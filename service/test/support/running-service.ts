import { onTestFinished } from 'vitest';
import { type Environment, readSettings } from '../../src/settings.ts';
import { type Service, startService } from '../../src/start-service.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RunningService {
  readonly service: Service;
  readonly url: string;
  readonly get: (path: string) => Promise<Answer>;
  readonly predict: (body: unknown, headers?: Record<string, string>) => Promise<Answer>;
}

/** A service in this process on a free port, ready unless its environment keeps it from that; it ends with the test. */
export async function aReadyService(environment: Environment = {}): Promise<RunningService> {
  const running = await aService(environment);
  await running.service.loaded;
  return running;
}

export async function aService(environment: Environment = {}): Promise<RunningService> {
  const settings = readSettings({ PORT: '0', IMAGE_TAG: '1.2.3', GIT_COMMIT: 'c0ffee', ...environment });
  const service = await startService(settings, { logger: false, random: () => 0.5 });
  onTestFinished(async () => service.stop());
  const url = `http://127.0.0.1:${service.port}`;
  return {
    service,
    url,
    get: async (path) => answerOf(await fetch(url + path)),
    predict: async (body, headers = {}) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return answerOf(await fetch(`${url}/predict`, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } }));
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
}
