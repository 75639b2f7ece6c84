import { NotFoundError } from '../../domain/errors.ts';
import type { Secrets } from '../../ports/secrets.ts';

export type MemorySecrets = Secrets & { set(name: string, value: string): void };

export function createMemorySecrets(secrets: Readonly<Record<string, string>> = {}): MemorySecrets {
  const values = new Map(Object.entries(secrets));
  return {
    async read(name) {
      const value = values.get(name);
      if (value === undefined) throw new NotFoundError(`Cannot read secret ${name}: there is none; create it, or correct its name in slipway.yaml.`);
      return value;
    },
    set(name, value) {
      values.set(name, value);
    },
  };
}
