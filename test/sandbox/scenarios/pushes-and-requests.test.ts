import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const image = imageOf('2.0.0');
let world: DeployedWorld;

beforeAll(async () => {
  world = await startDeployedWorld('happy');
  await world.deploy(image);
});
afterAll(() => world?.stop());

/** What registries and build pipelines do: several tags, no tag, a tag that moves. */
describe('pushes', () => {
  it('without a tag start nothing: a platform manifest, an attestation', async () => {
    const child = { ...image, manifest: image.manifest.replace('{', '{"annotations":{"platform":"linux/arm64"},') };
    expect(await world.putTag(child, null)).toEqual([]);
  });

  it('of an ignored tag end green, with the reason', async () => {
    const [execution = ''] = await world.putTag(image, 'latest');
    const ended = await world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'ignored', cause: 'tag latest is ignored by inference-service' });
  });

  it('of the running digest under another tag write that tag, and stay one record', async () => {
    const [execution = ''] = await world.putTag(image, 'v2');
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await world.commits()).toEqual(['deploy(dev): inference-service 2.0.0', 'deploy(dev): inference-service v2']);
    expect(runningDigests(world)).toEqual([image.digest]);
    const records = await world.records.history(DEV, 10);
    expect(records.map(({ release, attempts }) => ({ tag: release.tag, outcomes: attempts.map(({ outcome }) => outcome) }))).toEqual([{ tag: 'v2', outcomes: ['succeeded', 'succeeded'] }]);
  });

  it('of one image under two tags at once deploy it once', async () => {
    const built = imageOf('2.1.0');
    const executions = await world.pushWithTags(built, ['2.1.0', 'c0ffee1']);
    const ends = await Promise.all(executions.map((execution) => world.executions.ended(execution)));
    expect(ends.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(ends.map(({ outcome }) => outcome).sort()).toEqual(['ignored', 'succeeded']);
    expect(await world.commits()).toHaveLength(3);
    expect(runningDigests(world)).toEqual([built.digest]);
  });

  it('of a tag that has moved since end superseded, by digest', async () => {
    const [first, second] = [imageOf('2.2.0'), { ...imageOf('2.3.0'), tag: '2.2.0' }];
    const [older = ''] = await world.push(first);
    await world.executions.ended(older);
    const newer = await world.deploy(second);
    expect(newer.outcome).toBe('succeeded');
    const again = await world.executions.ended(await world.executions.startAgain(older));
    expect(again).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', cause: `tag 2.2.0 of inference-service moved to ${second.digest} since the push of ${first.digest}` });
    expect(runningDigests(world)).toEqual([second.digest]);
  });

  it('to a repository that no service deploys end green, with the reason', async () => {
    const [execution = ''] = await world.pushTo('somebody-elses', imageOf('1.0.0'));
    const ended = await world.executions.ended(execution);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'ignored', commit: null });
    expect(ended.cause).toBe('no service deploys 111122223333.dkr.ecr.eu-central-1.amazonaws.com/somebody-elses; add one with slipway apply');
  });
});

describe('requests by hand', () => {
  it.each([
    ['an unknown service', { service: 'nobody', tag: '1.0.0' }, 'ignored', 'no service is named nobody; add it with slipway apply'],
    ['a tag that is not there', { service: 'inference-service', tag: '9.9.9' }, 'ignored', 'no image 9.9.9 in inference-service'],
    ['a digest that is not there', { service: 'inference-service', digest: `sha256:${'0'.repeat(64)}` }, 'ignored', `no image sha256:${'0'.repeat(64)} in inference-service`],
  ])('for %s ends green, with the reason', async (_, request, outcome, cause) => {
    const ended = await world.executions.ended(await world.executions.start(request));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome, cause, commit: null });
  });

  it('for a digest that its tag no longer names ends superseded', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const ended = await world.executions.ended(await world.executions.start({ service: 'inference-service', tag: '1.0.0', digest }));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', cause: `tag 1.0.0 of inference-service names ${world.oldImage.digest}, not ${digest}` });
  });

  it.each([
    ['an unknown environment', { service: 'inference-service', environment: 'moon', tag: '1.0.0' }, 'No environment of service inference-service is named moon; there is dev.'],
    ['an unknown target', { service: 'inference-service', environment: 'dev', target: 'us', tag: '1.0.0' }, 'No target of inference-service/dev is named us; there is eu.'],
    ['no image', { service: 'inference-service' }, 'The input of resolve-release'],
    ['a forged tag', { service: 'inference-service', tag: '1.0.0\nSlipway-Execution: x' }, 'The input of resolve-release'],
    ['something else', { hello: 'world' }, 'The input of resolve-release'],
  ])('for %s fails at once, and says what may be asked for', async (_, request, says) => {
    const ended = await world.executions.ended(await world.executions.start(request));
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', commit: null });
    expect(ended.said).toContain(says);
  });
});
