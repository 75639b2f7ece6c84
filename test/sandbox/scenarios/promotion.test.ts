import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { type Image, imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { hear } from '../../support/sandbox/ecr-events.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { ENVIRONMENTS, withEnvironments } from '../../support/sandbox/more-environments.ts';
import { slipway } from '../../support/sandbox/operator.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';

const PATIENT = 120_000;
const SWEEP_DUE = 'slipway-sandbox-sweep-due';
const US = { ...DEV, target: 'us' };
const PROD = { ...DEV, environment: 'prod' };

const faults = createFaults();
let world: DeployedWorld;

beforeAll(async () => {
  world = await startDeployedWorld('happy', { ...twoTargetsAndProd(), faultOf: faults.faultOf, kubelet: EAGER_KUBELET });
}, PATIENT);
afterAll(() => world?.stop());

/** dev has two targets, whose Applications follow the same values file; prod comes after dev. */
function twoTargetsAndProd() {
  const prod = { name: 'prod', values: (text: string) => text, application: () => undefined, entry: (environment: Document) => environment.set('after', 'dev') };
  const { argocd, editFile, ...options } = withEnvironments([prod]);
  return {
    ...options,
    argocd: {
      editManifest: (yaml: string) => (yaml.includes('kind: Application') ? [argocd.editManifest(yaml), yaml.replaceAll('inference-dev', 'inference-us')].join('---\n') : yaml),
    },
    editFile: (file: Document): void => {
      editFile(file);
      withTwoTargets(file);
    },
  };
}

function withTwoTargets(file: Document): void {
  file.setIn([...ENVIRONMENTS, 'dev', 'targets', 'us'], { argocd: 'main', application: 'inference-us', project: 'inference', cluster: 'eu' });
}

const running = () => ['inference-dev', 'inference-us', 'inference-prod'].map((application) => runningDigests(world, application));
const prodCommits = async () => (await world.commits()).filter((subject) => subject.startsWith('deploy(prod): '));
const prodRecords = async () => (await world.records.history(PROD, 50)).map(({ release, attempts }) => `${release.tag}: ${attempts.map(({ outcome }) => outcome).join(', ')}`);
/** What Slipway told the bus of this tag's successes in dev. */
const announced = (tag: string) => world.world.aws.events.events().filter(({ source, detail }) => source === 'slipway' && detail['environment'] === 'dev' && (detail['release'] as { readonly tag: string }).tag === tag);

/** What `begin` started directly and by promotion, ended. */
async function endsOf(begin: () => Promise<unknown>): Promise<readonly Ended[]> {
  const before = world.executions.started().length;
  await begin();
  await world.executions.settled();
  return Promise.all(world.executions.started().slice(before).map((execution) => world.executions.ended(execution)));
}

async function expectEverywhere({ tag, digest }: Image): Promise<void> {
  expect(running()).toEqual([[digest], [digest], [digest]]);
  for (const key of [DEV, US, PROD]) expect(await world.targets.target(key)).toMatchObject({ claim: { execution: null }, current: { release: { tag, digest } }, next: null });
}

describe('an environment that comes after one of two targets', () => {
  it('gets a release once both have it, by one record and one commit, whichever concludes last', async () => {
    const image = imageOf('2.0.0');
    const [push, ...promotions] = await endsOf(() => world.push(image));
    expect(push).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(push?.attempts.map(({ key }) => key.environment)).toEqual(['dev', 'dev']);
    await expectEverywhere(image);
    expect([await prodRecords(), await prodCommits()]).toEqual([['2.0.0: succeeded'], ['deploy(prod): inference-service 2.0.0']]);
    // One for each success in dev, and none for that in prod, after which nothing comes.
    expect(promotions.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(promotions.map(({ outcome }) => outcome).sort()).toEqual(['ignored', 'succeeded']);
    expect(announcements(world).filter(({ environment }) => environment === 'prod')).toHaveLength(1);
  }, PATIENT);

  it('gets it once where both successes are told at the same moment, and not again when they are told later', async () => {
    const image = imageOf('2.1.0');
    await world.apply(withTwoTargets);
    expect((await endsOf(() => world.push(image))).map(({ cause }) => cause)).toEqual([null]);
    await world.apply(twoTargetsAndProd().editFile);
    const told = announced('2.1.0').map((event) => ({ ...event, detail: { ...event.detail, promotes: true } }));
    expect(told).toHaveLength(2);
    const ends = await endsOf(() => hear(world, ...told));
    expect(ends.slice(0, 2).map(({ outcome }) => outcome).sort()).toEqual(['ignored', 'succeeded']);
    await expectEverywhere(image);
    expect([await prodRecords(), (await prodCommits()).length]).toEqual([['2.1.0: succeeded', '2.0.0: succeeded'], 2]);
    const again = await endsOf(() => hear(world, ...told));
    expect(again.map(({ outcome, cause }) => [outcome, cause])).toEqual([1, 2].map(() => ['ignored', 'prod has 2.1.0 already']));
    expect(await prodRecords()).toEqual(['2.1.0: succeeded', '2.0.0: succeeded']);
  }, PATIENT);

  it('waits for a target that failed, and gets the release by its redrive; the sweep changes nothing before', async () => {
    const [before, image] = [imageOf('2.1.0'), imageOf('2.2.0')];
    faults.breakPods('inference-us-', 'bad-pull');
    const [push, ...promotions] = await endsOf(() => world.push(image));
    expect(push).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    expect(promotions.map(({ outcome, cause }) => ({ outcome, cause }))).toEqual([{ outcome: 'ignored', cause: 'dev/us does not have it yet' }]);
    expect(await world.executions.startedBy(async () => world.world.aws.events.fire(SWEEP_DUE))).toEqual([]);
    expect(running()[2]).toEqual([before.digest]);
    faults.heal('inference-us-');
    expect(await world.executions.redrive(push?.execution ?? '')).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await world.executions.settled();
    await expectEverywhere(image);
    expect(await prodCommits()).toHaveLength(3);
  }, PATIENT);

  it('is not reached by what a person deploys without naming it, before that has succeeded in the first', async () => {
    const image = imageOf('2.3.0');
    faults.breakPods(image.digest, 'bad-pull');
    const [push] = await endsOf(() => world.push(image));
    expect(push?.attempts.map(({ key }) => `${key.environment}/${key.target}`).sort()).toEqual(['dev/eu', 'dev/us']);
    const { code } = await slipway(world, ['deploy', 'inference-service', '--tag', '2.3.0', '--reason', 'once more']);
    await world.executions.settled();
    expect([code, await prodCommits()]).toEqual([1, expect.not.arrayContaining([expect.stringContaining('2.3.0')])]);
    expect(running()[2]).toEqual([imageOf('2.2.0').digest]);
  }, PATIENT);

  it('asks for approval once where it says so, and is deployed to when that is given', async () => {
    await world.apply((file) => {
      twoTargetsAndProd().editFile(file);
      file.setIn([...ENVIRONMENTS, 'prod', 'approval'], 'required');
    });
    const image = imageOf('2.4.0');
    const [push = ''] = await world.push(image);
    expect(await world.executions.ended(push)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await expect.poll(async () => (await world.approvals.pending(PROD))?.release.tag, { timeout: 60_000, interval: 50 }).toBe('2.4.0');
    expect([running()[2], await world.approvals.list()]).toMatchObject([[imageOf('2.2.0').digest], [{ environment: 'prod', current: { tag: '2.2.0' } }]]);
    expect((await slipway(world, ['approve', 'inference-service', 'prod'])).code).toBe(0);
    await world.executions.settled();
    await expectEverywhere(image);
    expect(await prodRecords()).toEqual(['2.4.0: succeeded', '2.2.0: succeeded', '2.1.0: succeeded', '2.0.0: succeeded']);
  }, PATIENT);
});
