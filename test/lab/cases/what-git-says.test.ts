import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hookJob } from '../../../lab/world/hook-job.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { type CasesWorld, startCases, targetOf, valuesFileOf } from '../../support/lab/cases.ts';
import { makeMultiSource } from '../../support/lab/multi-source.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const [OLD, NEW] = [imageOf('1.0.0'), imageOf('1.1.0')];
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;

let cases: CasesWorld;

beforeAll(async () => {
  cases = await startCases([
    { name: 'deployed-auto', running: NEW },
    { name: 'deployed-manual', running: NEW },
    { name: 'no-values-file', deploys: false, application: (manifest) => manifest.setIn(['spec', 'source', 'helm', 'valueFiles', 2], '../../envs/dev/nosuch.yaml') },
    { name: 'wrong-path', environment: (dev) => dev.setIn(['edit', 0, 'path'], 'image.version') },
    { name: 'reverted' },
    { name: 'reverted-late' },
    { name: 'two-sources', application: null },
  ]);
}, PATIENT);
afterAll(() => cases?.world.stop());

describe.concurrent('a release that Git names already, with a commit of something else after it', { timeout: PATIENT }, () => {
  it.each([['on', 'deployed-auto'], ['off', 'deployed-manual']])('succeeds without a commit or a sync with auto-sync %s', async (autoSync, name) => {
    if (autoSync === 'off') await cases.turnAutoSyncOff(name);
    await cases.commit('Say who owns this', { [`docs/${name}.md`]: 'The inference team.\n' });
    const ended = await cases.deploy(name, NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, commit: null, pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([]);
    expect((await cases.administrator.application(name)).status?.history).toHaveLength(1);
    expect((await cases.world.targets.target(targetOf(name))).current?.release.digest).toBe(NEW.digest);
  });
});

describe.concurrent('paths that lead nowhere', { timeout: PATIENT }, () => {
  it('errs in the words of Helm where the Application names a values file that is not there, and succeeds once it is mended', async () => {
    const name = 'no-values-file';
    const execution = await cases.push(name, NEW);
    const ended = await cases.world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', pods: [], cause: expect.stringMatching(/^RefusedError: Argo CD cannot compare Application no-values-file with Git: .*nosuch\.yaml: no such file or directory/) as string });
    expect((await cases.world.targets.target(targetOf(name))).claim?.execution).toBeNull();
    await cases.administrator.patchApplication(name, { spec: { source: { helm: { valueFiles: ['values.yaml', `../../${valuesFileOf(name)}`] } } } });
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
  });

  it('errs before the commit where slipway.yaml names a path that is not in the values file', async () => {
    const ended = await cases.deploy('wrong-path', NEW);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', commit: null, cause: expect.stringMatching(/^ConfigurationError: envs\/dev\/wrong-path\.yaml, line \d+, column 1: image has no key version; add it to the file, ask for it by create: true, or correct the path\.$/) as string });
    expect(await cases.commits('wrong-path')).toEqual([]);
    expect(await cases.live('wrong-path')).toEqual([OLD.digest]);
  });
});

describe.concurrent('commits of others', { timeout: PATIENT }, () => {
  it('is superseded by a commit that takes its tag back before Argo CD has seen it', async () => {
    const name = 'reverted';
    await revertAtPush(cases, name);
    const ended = await cases.deploy(name, NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', cause: `image.tag of ${valuesFileOf(name)} and image.digest of ${valuesFileOf(name)} on the branch no longer has the value of this release` });
    expect(await cases.values(name)).toContain('tag: "1.0.0"');
    expect(await cases.live(name)).toEqual([OLD.digest]);
    expect((await cases.world.targets.target(targetOf(name))).current).toBeNull();
  });
});

describe.concurrent('a tag that is taken back while its operation runs', { timeout: PATIENT }, () => {
  it('leaves the operation its release, which is judged by its pods', async () => {
    const name = 'reverted-late';
    await cases.commit('Add a hook', { [`charts/${name}/templates/hook.yaml`]: hookJob({ name: `${name}-check`, phase: 'PreSync', outcome: 'succeed', takes: 1500 }) });
    const before = await cases.values(name);
    const execution = await cases.push(name, NEW);
    await vi.waitFor(async () => expect((await cases.administrator.application(name)).status?.operationState?.phase).toBe('Running'), { timeout: PATIENT, interval: 50 });
    await cases.commit('Take it back', { [valuesFileOf(name)]: before });
    const ended = await cases.world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest), ready(NEW.digest)] });
  });
});

describe.concurrent('an Application with several sources', { timeout: PATIENT }, () => {
  it('gets the release by its values, while its chart comes from another repository', async () => {
    const name = 'two-sources';
    const charts = await makeMultiSource(cases, name);
    const ended = await cases.deploy(name, NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
    expect((await charts.log()).length).toBe(1);
    const [record] = await cases.world.records.history(targetOf(name), 10);
    expect(record?.attempts).toEqual([expect.objectContaining({ outcome: 'succeeded', commit: expect.objectContaining({ revision: ended.commit?.sha }) as object })]);
  });
});

/** As the push of a service's release is taken, somebody puts the files back: git answers the push after that. */
async function revertAtPush({ world }: CasesWorld, name: string): Promise<void> {
  const hook = join(world.world.git.repository.directory, 'hooks', 'post-receive');
  const revert = 'git -c user.name=Somebody -c user.email=somebody@example.com commit-tree "$old^{tree}" -p "$new" -m "Take it back"';
  const lines = ['#!/bin/sh', 'while read old new ref; do', `case "$(git log -1 --format=%s "$new")" in "deploy(dev): ${name} "*)`, `git update-ref "$ref" "$(${revert})" "$new";;`, 'esac', 'done'];
  await writeFile(hook, `${lines.join('\n')}\n`);
  await chmod(hook, 0o755);
}
