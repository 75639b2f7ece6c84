import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { commandOf } from '../../../lab/build/tools.ts';
import type { Lab } from '../../../lab/lab.ts';
import type { TeamObject } from './strict-apply.ts';

/** Folder of the repository that a team copies. */
export function folderOf(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

export const CHART = folderOf('helm/inference-service');
export const RELEASE = { name: 'inference-dev', namespace: 'inference' };

export type TeamTools = {
  /** What Helm makes of the chart with the values files given, without its tests: as Argo CD, which runs none, has it. */
  template(valuesFiles: readonly string[], release?: { readonly name: string; readonly namespace: string }): Promise<TeamObject[]>;
  /** The objects that `helm test` makes. */
  tests(valuesFiles: readonly string[]): Promise<TeamObject[]>;
  /** @throws with what Helm has against the chart with these values */
  lint(valuesFiles: readonly string[]): Promise<void>;
  /** What kustomize builds of a folder. */
  kustomize(path: string): Promise<TeamObject[]>;
  /** Defines a kind of objects in the lab's cluster, by its CustomResourceDefinition. */
  define(file: string): Promise<void>;
  /** Runs Argo CD's command line, and answers what it printed. */
  argocd(...args: readonly string[]): Promise<string>;
  /** Path of a file with this text. */
  file(text: string): Promise<string>;
  remove(): Promise<void>;
};

/** The tools that a team has, real ones, with a home of their own. */
export async function openTeamTools({ tools, kubernetes }: Pick<Lab, 'tools' | 'kubernetes'>): Promise<TeamTools> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-team-'));
  const run = async (command: string, args: readonly string[]): Promise<string> =>
    (await promisify(execFile)(commandOf(tools, command), args, { env: { HOME: home, KUBECONFIG: kubernetes.kubeconfig }, maxBuffer: 2 ** 24 })).stdout;
  let written = 0;
  const file = async (text: string): Promise<string> => {
    const path = join(home, `${(written += 1)}.yaml`);
    await writeFile(path, text);
    return path;
  };
  const values = async (texts: readonly string[]): Promise<string[]> => (await Promise.all(texts.map(file))).flatMap((path) => ['--values', path]);
  const helm = async (valuesFiles: readonly string[], { name, namespace }: typeof RELEASE, ...flags: readonly string[]): Promise<TeamObject[]> =>
    objectsOf(await run('helm', ['template', name, CHART, '--namespace', namespace, ...flags, ...(await values(valuesFiles))]));
  return {
    template: (valuesFiles, release = RELEASE) => helm(valuesFiles, release, '--skip-tests'),
    async tests(valuesFiles) {
      const all = await helm(valuesFiles, RELEASE);
      return all.filter(({ metadata }) => JSON.stringify(metadata).includes('"helm.sh/hook":"test"'));
    },
    lint: async (valuesFiles) => void (await run('helm', ['lint', CHART, '--strict', ...(await values(valuesFiles))])),
    kustomize: async (path) => objectsOf(await run('kubectl', ['kustomize', folderOf(path)])),
    async define(path) {
      await run('kubectl', ['apply', '--server-side', '--filename', folderOf(path)]);
      // It is an error to wait for a definition that has no conditions at all yet.
      await vi.waitFor(() => run('kubectl', ['wait', '--for=condition=Established', '--timeout=60s', '--filename', folderOf(path)]), { timeout: 60_000, interval: 200 });
    },
    argocd: (...args) => run('argocd', args),
    file,
    remove: () => rm(home, { recursive: true }),
  };
}

/** As Helm and Argo CD read YAML: by version 1.1. */
export function objectsOf(text: string): TeamObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const object = document.toJS() as TeamObject | null;
    return object === null ? [] : [object];
  });
}
