import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { startControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { removePlace } from '../../../lab/place.ts';
import { endAll } from '../../../lab/processes/processes.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const places: string[] = [];

afterEach(async () => {
  for (const place of places.splice(0)) {
    await endAll(place);
    await removePlace(place);
  }
});

/** An `eks-authenticator` that ends as one does whose port was taken meanwhile. */
async function toolsWithoutPort(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-test-'));
  places.push(folder);
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'eks-authenticator'), '#!/bin/sh\necho "listen tcp 127.0.0.1:1: bind: address already in use"\nexit 1\n', { mode: 0o700 });
  return folder;
}

it('says which process did not start, what it said last and where its log is', async () => {
  const { tools, authority } = await openLab();
  const place = await mkdtemp(join(tmpdir(), 'lab-test-'));
  places.push(place);
  const name = randomUUID().slice(0, 8);
  const starting = startControlPlane({ place, name, tools: { ...tools, 'eks-authenticator': await toolsWithoutPort() }, authority, tell: () => undefined });
  const log = join(place, 'logs', `eks-authenticator-${name}.log`);
  await expect(starting).rejects.toThrow(`Process eks-authenticator-${name} ended at its start: its last line is "listen tcp 127.0.0.1:1: bind: address already in use"; see ${log}.`);
  expect(await readFile(log, 'utf8')).toContain('bind');
});
