import { describe, expect, it } from 'vitest';
import { isRolledOut } from '../../bench/rollout-watch.ts';
import { type ClusterOptions, startCluster } from '../../sandbox/kubernetes/cluster.ts';
import { aDeployment, deploymentIn, DIGEST, isReady, podsOf } from '../sandbox/kubernetes/builders.ts';
import { manualClock } from '../sandbox/kubernetes/manual-clock.ts';

const NEW_DIGEST = `sha256:${'b'.repeat(64)}`;
const NEW = `registry.example/web:2@${NEW_DIGEST}`;

/** Rolls a new image out over an old one, and tells what the cluster showed at each change. */
function aRollout(options: ClusterOptions = {}) {
  const clock = manualClock();
  const { store, apply } = startCluster(clock, options);
  apply(aDeployment());
  clock.advance(5_000);
  const seen: { rolledOut: boolean; readyNew: number; replicas: number | undefined }[] = [];
  store.watch(() => {
    const deployment = deploymentIn(store);
    const rolledOut = isRolledOut(deployment, store.list('Pod', 'inference'), NEW_DIGEST);
    seen.push({ rolledOut, readyNew: podsOf(store, NEW).filter(isReady).length, replicas: deployment.status.replicas });
  });
  apply(aDeployment({ image: NEW }));
  clock.advance(20_000);
  return { seen, before: isRolledOut(deploymentIn(store), store.list('Pod', 'inference'), DIGEST) };
}

describe('isRolledOut', () => {
  it('becomes true with the last new pod, and stays so', () => {
    const { seen } = aRollout();
    const first = seen.findIndex(({ rolledOut }) => rolledOut);
    expect(seen[first]).toMatchObject({ readyNew: 3, replicas: 3 });
    expect(seen.slice(first).every(({ rolledOut }) => rolledOut)).toBe(true);
    expect(seen.slice(0, first).length).toBeGreaterThan(0);
  });

  it('is never true of pods that do not become Ready', () => {
    const { seen } = aRollout({ faultOf: (pod) => (pod.spec.containers[0]?.image === NEW ? 'never-ready' : undefined) });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.some(({ rolledOut }) => rolledOut)).toBe(false);
  });

  it('is not true of an image that is no longer wanted', () => {
    expect(aRollout().before).toBe(false);
  });
});
