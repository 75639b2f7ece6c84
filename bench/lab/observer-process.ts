/** Watches the real API server and tells when an image is rolled out, and when nothing moves any more. */
import { monotonic } from './contender.ts';
import { type ClusterApi, followObjects } from './follow-objects.ts';
import { serveQuestions } from './helper-process.ts';
import { isRolledOut, observedPod, type ObservedPod, type WantedPods } from './observed-pods.ts';
import type { ObserverQuestion } from './observer.ts';
import { isSettled, type SettlingApplication } from './settled.ts';

/** So long nothing may have happened before the next contender has its turn, in milliseconds. */
const QUIET_MS = 700;

let pods: readonly ObservedPod[] = [];
let applications: readonly SettlingApplication[] = [];
let changedAt = monotonic();
const checks = new Set<() => void>();

function changed(): void {
  changedAt = monotonic();
  for (const check of checks) check();
}

function rolledOutAt(want: WantedPods): Promise<number> {
  return until(() => (isRolledOut(pods, want) ? monotonic() : null));
}

async function settled(names: readonly string[]): Promise<null> {
  const timer = setInterval(() => checks.forEach((check) => check()), 50);
  const wanted = new Set(names);
  await until(() => {
    const ours = applications.filter(({ metadata }) => wanted.has(metadata.name));
    const quiet = monotonic() - changedAt >= QUIET_MS && !pods.some(({ deleting }) => deleting);
    return quiet && ours.length === wanted.size && ours.every(isSettled) ? true : null;
  });
  clearInterval(timer);
  return null;
}

/** Resolves with the first answer to come of a look that is taken now and after each change. */
function until<Value>(look: () => Value | null): Promise<Value> {
  return new Promise((resolve) => {
    const check = (): void => {
      const seen = look();
      if (seen === null) return;
      checks.delete(check);
      resolve(seen);
    };
    checks.add(check);
    check();
  });
}

serveQuestions<ClusterApi, ObserverQuestion>(async (api) => {
  await followObjects(api, {
    path: '/api/v1/pods',
    onChange(objects) {
      pods = [...objects.values()].map(observedPod);
      changed();
    },
  });
  await followObjects(api, {
    path: '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications',
    onChange(objects) {
      applications = [...objects.values()] as SettlingApplication[];
      changed();
    },
  });
  return (question) => ('rolledOut' in question ? rolledOutAt(question.rolledOut) : settled(question.settled));
});
