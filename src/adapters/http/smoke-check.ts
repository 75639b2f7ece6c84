import { ConfigurationError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import type { SmokeCheck } from '../../ports/smoke-check.ts';
import { createHttpClient } from './http-client.ts';

const SILENCE_MS = 10_000;
const LINE_LIMIT = 120;

/** Asks over HTTPS; the certificate is verified against the system's CAs. Redirects are answers, not followed. */
export function createSmokeCheck(): SmokeCheck {
  return {
    async get(url) {
      const parsed = URL.parse(url);
      if (parsed === null) throw new ConfigurationError(`The smoke check's URL ${url} is not valid; write it as https://host/path`);
      const client = createHttpClient({ name: `the smoke check's ${parsed.host}`, url: parsed.origin });
      const { status, body } = await client.send({ method: 'GET', path: parsed.pathname + parsed.search, silence: SILENCE_MS });
      return { status, line: oneLine(firstLine(body), LINE_LIMIT) };
    },
  };
}

function firstLine(body: string): string {
  return body.trim().split(/[\r\n]/, 1)[0] ?? '';
}
