import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { type CasesWorld, startCases, targetOf } from '../../support/lab/cases.ts';
import { chartOf } from '../../support/lab/own-chart.ts';
import { openSecondCluster, type SecondCluster } from '../../support/lab/second-cluster.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const SERVICE = 'everywhere';
const [GOOD, BAD] = [imageOf('1.1.0'), imageOf('1.2.0')];
/** In the second cluster alone. */
const FAULT = `{{ if and (eq .Values.image.tag "${BAD.tag}") (hasSuffix "-us" .Release.Name) }}bad-crash{{ else }}none{{ end }}`;
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;

let second: SecondCluster;
let cases: CasesWorld;

beforeAll(async () => {
  second = await openSecondCluster('us');
  cases = await startCases([{ name: SERVICE, chart: () => chartOf({ pods: { pod: FAULT } }) }], {
    project: (manifest) => manifest.addIn(['spec', 'destinations'], { server: second.url, namespace: 'inference' }),
    editFile(file) {
      file.setIn(['clusters', 'us'], { eks: 'us', region: 'eu-central-1' });
      file.setIn(['services', SERVICE, 'environments', 'dev', 'targets', 'us'], { argocd: 'main', application: `${SERVICE}-us`, project: 'inference', cluster: 'us' });
    },
  });
  await second.join(cases, SERVICE);
}, PATIENT);
afterAll(async () => {
  await second?.leave();
  await cases?.world.stop();
  await second?.stop();
}, PATIENT);

describe('one environment in two clusters', () => {
  it('gets a release by one push and one commit, Ready in both', async () => {
    const ended = await cases.deploy(SERVICE, GOOD);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(ended.attempts.map(({ attempt }) => attempt.pods)).toEqual([[ready(GOOD.digest)], [ready(GOOD.digest)]]);
    expect(await cases.live(SERVICE)).toEqual([GOOD.digest]);
    expect(await second.live(`${SERVICE}-us`)).toEqual([GOOD.digest]);
    expect(await cases.commits(SERVICE)).toEqual(['deploy(dev): everywhere 1.1.0']);
    for (const target of ['eu', 'us']) expect((await cases.world.targets.target({ ...targetOf(SERVICE), target })).current?.release.digest).toBe(GOOD.digest);
  }, PATIENT);

  it('fails for the cluster that is bad alone, in the words of its pods', async () => {
    const ended = await cases.deploy(SERVICE, BAD);
    expect(ended.status).toBe('FAILED');
    expect(ended.said).toMatch(/^1 of 2 targets did not get the release\. everywhere\/dev\/us failed: pod everywhere-us-[0-9a-f]+-[0-9a-z]{5}: CrashLoopBackOff: container web, exit code 1 after \d restarts?$/);
    expect(await cases.live(SERVICE)).toEqual([BAD.digest]);
    expect(await second.live(`${SERVICE}-us`)).toContain(GOOD.digest);
    const [eu, us] = await Promise.all(['eu', 'us'].map((target) => cases.world.targets.target({ ...targetOf(SERVICE), target })));
    expect([eu?.current?.release.tag, us?.current?.release.tag]).toEqual([BAD.tag, GOOD.tag]);
    expect([eu?.claim?.execution, us?.claim?.execution]).toEqual([null, null]);
  }, PATIENT);
});
