import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { addRepository } from '../../../lab/argocd/administration.ts';
import { createRepository, type GiteaRepository } from '../../../lab/git/gitea-repository.ts';
import { createUser, deleteUser, type GiteaCredentials } from '../../../lab/git/gitea-users.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { REGISTRY } from '../../../sandbox/world.ts';
import { type CasesWorld, type LabCase, startCases, targetOf, valuesFileOf } from '../../support/lab/cases.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { type LabServer, repair, strike, untilRetried } from '../../support/lab/outage.ts';
import { chartOf } from '../../support/lab/own-chart.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const lab = await openLab();
const [OLD, NEW] = [imageOf('1.0.0'), imageOf('1.1.0')];
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;
const chart = (): Readonly<Record<string, string>> => chartOf({ pods: { 'ready-after': '2s' } });

/** Of the waits between retries: those of a minute instead of ten, and none. */
const PATIENT_RETRIES = 0.1;
let haste = PATIENT_RETRIES;

let cases: CasesWorld;
let forge: GiteaRepository;
let writer: GiteaCredentials;

beforeAll(async () => {
  writer = await createUser(lab.gitea, `outages-${randomUUID().slice(0, 8)}`);
  forge = await createRepository(lab.gitea, `outages-${randomUUID().slice(0, 8)}`, { ...forgeFiles('forge'), ...forgeFiles('forge-late') });
  await forge.grant(writer.username, 'write');
  await addRepository(lab.argocd, { url: forge.url, ...writer });
  cases = await startCases([...['server', 'repo-server', 'controller', 'api', 'api-late'].map((name) => ({ name, chart, environment: patient })), onForge('forge'), onForge('forge-late')], {
    random: () => haste,
    project: (manifest) => manifest.addIn(['spec', 'sourceRepos'], forge.url),
    editFile: (file) => file.setIn(['git', 'forge'], { host: 'git', url: forge.url, branch: 'main', credentials: 'slipway/forge' }),
  });
  cases.world.world.aws.secrets.putSecret('slipway/forge', JSON.stringify(writer));
}, PATIENT);

afterAll(async () => {
  await cases?.world.stop();
  await forge?.remove();
  await deleteUser(lab.gitea, writer.username);
}, PATIENT);

afterEach(async () => {
  haste = PATIENT_RETRIES;
  for (const server of ['kube-apiserver-main', 'argocd-server', 'argocd-repo-server', 'argocd-application-controller', 'gitea'] as const) await repair(lab, server);
}, PATIENT);

describe('a server that is gone for a while', () => {
  it.each<[server: LabServer, name: string, from: string, says: RegExp]>([
    ['argocd-server', 'server', 'ClaimTarget', /^UnavailableError: Argo CD at https:\/\/127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED/],
    ['argocd-application-controller', 'controller', 'ClaimTarget', /^TimeoutError: Argo CD at https:\S+ took too long to refresh Application controller\b/],
    ['argocd-repo-server', 'repo-server', 'ClaimTarget', /^UnavailableError: Argo CD cannot compare Application repo-server with Git: .*connection refused/],
    ['gitea', 'forge-late', 'SyncApplication', /^UnavailableError: (Git repository http:\S+\/outages-[0-9a-f]{8}\.git cannot be reached|Argo CD cannot compare Application forge-late with Git): .*(ECONNREFUSED|connection refused)/],
  ])('is named in each retry, and the execution carries on when it is back: %s', async (server, name, from, says) => {
    const execution = await cases.push(name, NEW);
    await cases.world.executions.reaches(execution, from);
    await strike(lab, server);
    expect(await untilRetried(cases.world.world, execution, says)).not.toContain('\n');
    await repair(lab, server);
    expect(await cases.world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
    await expectOneDeployment(name);
  }, PATIENT);

  it('is not noticed where it is the API server, and back within half a minute of a rollout', async () => {
    const execution = await cases.push('api-late', NEW);
    await cases.world.executions.reaches(execution, 'CheckRollout');
    await strike(lab, 'kube-apiserver-main');
    await repair(lab, 'kube-apiserver-main');
    expect(await cases.world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
    await expectOneDeployment('api-late');
  }, PATIENT);

  it.each<[server: LabServer, name: string, cause: RegExp]>([
    ['kube-apiserver-main', 'api', /^UnavailableError: Argo CD at \S+ could not read Application api .*permission denied.*, as while its Kubernetes API is away$/],
    ['gitea', 'forge', /^UnavailableError: Git repository http:\S+\/outages-[0-9a-f]{8}\.git cannot be reached: .*ECONNREFUSED/],
  ])('is the cause where it stays away, and a redrive succeeds once it is back: %s', async (server, name, cause) => {
    haste = 0;
    const execution = await cases.push(name, NEW);
    await cases.world.executions.reaches(execution, 'ClaimTarget');
    await strike(lab, server);
    const ended = await cases.world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', cause: expect.stringMatching(cause) as string });
    haste = PATIENT_RETRIES;
    await repair(lab, server);
    expect(await cases.world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
    await expectOneDeployment(name);
  }, PATIENT);
});

async function expectOneDeployment(name: string): Promise<void> {
  const log = name.startsWith('forge') ? (await forge.log()).map(({ message }) => message.split('\n')[0]) : await cases.commits(name);
  expect(log.filter((line) => line?.startsWith(`deploy(dev): ${name} `))).toEqual([`deploy(dev): ${name} 1.1.0`]);
  expect(await cases.live(name)).toEqual([NEW.digest]);
  const { claim, current } = await cases.world.targets.target(targetOf(name));
  expect([claim?.execution, current?.release.digest]).toEqual([null, NEW.digest]);
}

/** A controller that was just started has much to read first. */
function patient(dev: Document): void {
  dev.setIn(['sync', 'timeout'], '5m');
}

function forgeFiles(name: string): Readonly<Record<string, string>> {
  const files = Object.entries(chart()).map(([path, text]) => [`charts/${name}/${path}`, text] as const);
  return { ...Object.fromEntries<string>(files), [valuesFileOf(name)]: `image:\n  repository: ${REGISTRY}/${name}\n  tag: "${OLD.tag}"\n  digest: ${OLD.digest}\n` };
}

/** A service whose values are on the forge. */
function onForge(name: string): LabCase {
  return {
    name,
    chart,
    application: (manifest) => manifest.setIn(['spec', 'source', 'repoURL'], forge.url),
    environment(dev: Document) {
      patient(dev);
      for (const edit of [0, 1]) dev.setIn(['edit', edit, 'git'], 'forge');
    },
  };
}
