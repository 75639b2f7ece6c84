import { describe, expect, it } from 'vitest';
import { liveTemplate } from '../../../src/domain/live-template.ts';
import { aLiveWorkload } from '../../support/application.ts';
import { aRelease } from '../../support/release.ts';

const release = aRelease();
const NEW = `${release.registry}/inference-service:1.1.0`;
const OLD = `${release.registry}/inference-service:1.0.0`;

describe('liveTemplate', () => {
  it.each([
    ['whole', [NEW]],
    ['whole', [NEW, 'envoyproxy/envoy:1.30']],
    ['partly', [NEW, OLD]],
    ['not', [OLD]],
    ['not', ['envoyproxy/envoy:1.30']],
    ['not', []],
  ])('is %s for %j', (runs, images) => {
    expect(liveTemplate([aLiveWorkload('', { images })], release, {}).runs).toBe(runs);
  });

  it('is partly when a second workload has the older image', () => {
    const workloads = [aLiveWorkload(NEW), aLiveWorkload(OLD, { name: 'worker' })];
    expect(liveTemplate(workloads, release, {})).toEqual({ runs: 'partly', images: `Deployment inference-service has ${NEW}, Deployment worker has ${OLD}` });
  });

  it('is partly while a named workload does not run the release', () => {
    expect(liveTemplate([aLiveWorkload(NEW)], release, { workloads: ['inference-service', 'worker'] }).runs).toBe('partly');
    expect(liveTemplate([aLiveWorkload(NEW)], release, { workloads: ['inference-service'] }).runs).toBe('whole');
  });

  it('knows the release under the name of a mirror', () => {
    const mirrored = [aLiveWorkload('mirror.example.com/copies/inference:1.1.0')];
    expect(liveTemplate(mirrored, release, {}).runs).toBe('not');
    expect(liveTemplate(mirrored, release, { image: 'mirror.example.com/copies/inference' }).runs).toBe('whole');
  });

  it('says so when there is no workload, or no image in one', () => {
    expect(liveTemplate([], release, {}).images).toBe('it has no workload');
    expect(liveTemplate([aLiveWorkload('', { images: [] })], release, {}).images).toBe('Deployment inference-service has no image');
  });
});
