import * as z from 'zod/mini';
import { describe, expect, it } from 'vitest';
import { defineHandler } from '../../../functions/define-handler.ts';
import { ConfigurationError, UnauthorizedError, UnavailableError } from '../../../src/domain/errors.ts';
import { defineStep } from '../../../src/steps/step.ts';

type Ports = { readonly credential: string };

/** A step that works with the credential `new`, in a container that reads the credential as the world has it. */
function aContainer(refusal: Error) {
  const world = { credential: 'old', runs: 0 };
  const step = defineStep({
    name: 'knock',
    input: z.object({ door: z.string() }),
    async run({ credential }: Ports, { door }) {
      world.runs += 1;
      if (credential === 'old' && door === 'closed') throw refusal;
      return { status: credential };
    },
  });
  const handler = defineHandler(step, z.object({}), () => ({ credential: world.credential }));
  const invoke = (door: string): Promise<unknown> => handler({ door }, { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 1000 });
  return { world, invoke };
}

describe('a handler', () => {
  it('runs a step again with the renewed credential when the one that it kept is refused', async () => {
    const { world, invoke } = aContainer(new UnauthorizedError('refused'));
    await invoke('open');
    world.credential = 'new';
    expect(await invoke('closed')).toEqual({ status: 'new' });
    expect(world.runs).toBe(3);
  });

  it('does not run it again when the credential was read for this invocation', async () => {
    const { world, invoke } = aContainer(new UnauthorizedError('refused'));
    await expect(invoke('closed')).rejects.toThrow('refused');
    expect(world.runs).toBe(1);
  });

  it('keeps nothing of an invocation that ended with an error which people have to mend', async () => {
    const { world, invoke } = aContainer(new ConfigurationError('mend me'));
    await expect(invoke('closed')).rejects.toThrow('mend me');
    world.credential = 'new';
    expect(await invoke('closed')).toEqual({ status: 'new' });
  });

  it('tells an error in one line, without what could steer a terminal', async () => {
    const { invoke } = aContainer(new ConfigurationError('mend me\n  at \u001b[31mthis\u001b[0m place'));
    await expect(invoke('closed')).rejects.toMatchObject({ name: 'ConfigurationError', message: 'mend me at this place' });
  });

  it('keeps its connections when the state machine will only try again', async () => {
    const { world, invoke } = aContainer(new UnavailableError('busy'));
    await expect(invoke('closed')).rejects.toThrow('busy');
    world.credential = 'new';
    expect(await invoke('open')).toEqual({ status: 'old' });
  });
});
