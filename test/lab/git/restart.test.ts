import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRepository } from '../../../lab/git/gitea-repository.ts';
import { GITEA_PROCESS, type GiteaInstallation, startGitea, untilGiteaAnswers } from '../../../lab/git/start-gitea.ts';
import { endAll, openProcess } from '../../../lab/processes/processes.ts';
import { createOpenGit } from '../../../src/adapters/git/open-git-host.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import { UnavailableError } from '../../../src/domain/errors.ts';
import { aCommitter, LOST_PUSH_FILES } from '../../contract/lost-push.contract.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { tools } = await openLab();
let place: string;
let gitea: GiteaInstallation;

// Its own one: the lab's Gitea serves other tests meanwhile.
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lab-git-'));
  gitea = await startGitea({ place, tools, tell: () => undefined });
});
afterAll(async () => {
  await endAll(place);
  await rm(place, { recursive: true, force: true, maxRetries: 5 });
});

async function untilThere(file: string): Promise<void> {
  while (!existsSync(file)) await delay(20);
}

/** A repository whose hook waits for a file, so that a push can be met in the middle. */
async function aSlowRepository() {
  const forge = await createRepository(gitea, `slow-${randomUUID().slice(0, 8)}`, LOST_PUSH_FILES);
  const arrived = join(place, `${forge.name}-arrived`);
  const mayGoOn = join(place, `${forge.name}-may-go-on`);
  await forge.installHook(`touch '${arrived}'; while ! [ -e '${mayGoOn}' ]; do sleep 0.02; done`);
  const secrets = createMemorySecrets({ lab: JSON.stringify({ username: gitea.username, password: gitea.token }) });
  const openGitHost = createOpenGit({ secrets });
  const open = () => openGitHost({ host: 'git', url: forge.url, branch: 'main', credentials: 'lab', aliases: [] });
  return { forge, committer: await aCommitter({ open }, forge.url), untilPushed: () => untilThere(arrived), goOn: () => writeFile(mayGoOn, '') };
}

describe('Gitea that ends while it works on a push', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)('has the release once after %s, a start and another try', async (signal) => {
    const { forge, committer, untilPushed, goOn } = await aSlowRepository();
    const process = openProcess(place, GITEA_PROCESS);
    const pushing = expect(committer.commit()).rejects.toThrow(UnavailableError);
    await untilPushed();
    await process.stop(signal);
    await pushing;
    await goOn();
    await expect(committer.commit()).rejects.toThrow('cannot be reached');
    await process.start();
    await untilGiteaAnswers(gitea);
    const { status, deployment } = await committer.commit();
    expect(status).toBe('committed');
    expect(committer.count((await forge.log()).map(({ message }) => message))).toBe(1);
    expect(await committer.readTag()).toContain(`tag: ${deployment.release.tag}`);
  });
});
