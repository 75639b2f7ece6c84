import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);

/** What lets time pass: a timer of Node's, or the clock's. A method `setTimeout` is a socket's, and ends a silence. */
const PAUSES = /(?<![.\w])set(?:Timeout|Interval|Immediate)\(|node:timers|\.sleep\(/;

/** It gives a pause to the steps that ask for one. */
const CLOCK = 'src/adapters/system/clock.ts';

/** The function's own modules by their path: whatever is imported from its handler on, types left out. */
function modulesOf(name: string): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  const pending = [new URL(`functions/${name}/handler.ts`, ROOT)];
  for (let url = pending.pop(); url !== undefined; url = pending.pop()) {
    const path = relative(fileURLToPath(ROOT), fileURLToPath(url));
    if (modules.has(path)) continue;
    const text = readFileSync(url, 'utf8');
    modules.set(path, text);
    for (const [, imported = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)';$/gm)) pending.push(new URL(imported, url));
  }
  return modules;
}

function pausing(name: string): readonly string[] {
  return [...modulesOf(name)].filter(([path, text]) => path !== CLOCK && PAUSES.test(text)).map(([path]) => path);
}

describe('a function that has others wait on a token', () => {
  it.each(['await-approval', 'await-merge', 'join-batch', 'answer-approval', 'resume-pull-requests'])('never pauses itself: %s', (name) => {
    expect([...modulesOf(name).keys()]).toContain(`src/steps/${name}.ts`);
    expect(pausing(name)).toEqual([]);
  });

  it('is told from one that watches', () => {
    expect(pausing('check-rollout')).toContain('src/steps/watch-slice.ts');
    expect(pausing('verify-release')).toContain('src/steps/verify-release.ts');
    expect(pausing('sync-application')).toContain('src/adapters/argocd/watch.ts');
  });
});
