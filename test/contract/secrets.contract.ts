import { beforeEach, describe, expect, it } from 'vitest';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { Secrets } from '../../src/ports/secrets.ts';

export type SecretsWorld = { readonly secrets: Secrets; set(name: string, value: string): void };

export function secretsContract(name: string, open: () => SecretsWorld): void {
  describe(`Secrets: ${name}`, () => {
    let world: SecretsWorld;
    beforeEach(() => {
      world = open();
    });

    it('reads a secret by name', async () => {
      world.set('slipway/git', '{"username":"slipway"}');
      expect(await world.secrets.read('slipway/git')).toBe('{"username":"slipway"}');
    });

    it('names the secret that does not exist, and what to do', async () => {
      const missing = world.secrets.read('slipway/missing');
      await expect(missing).rejects.toThrow(NotFoundError);
      await expect(missing).rejects.toThrow(/Cannot read secret slipway\/missing.*create it/);
    });

    it('finds a secret that was created after it was first asked for', async () => {
      await expect(world.secrets.read('slipway/late')).rejects.toThrow(NotFoundError);
      world.set('slipway/late', 'here');
      expect(await world.secrets.read('slipway/late')).toBe('here');
    });
  });
}
