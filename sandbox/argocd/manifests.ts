import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseSchedule, parseWindowDuration } from './sync-window.ts';

/** The members of an Application and an AppProject that the stand-in acts on. All others are refused by name. */
const metadata = z.strictObject({
  name: z.string(),
  namespace: z.literal('argocd'),
  annotations: z.optional(z.record(z.string(), z.string())),
  deletionTimestamp: z.optional(z.string()),
});

const applicationSpec = z.strictObject({
  project: z.string(),
  source: z.strictObject({
    repoURL: z.string(),
    targetRevision: z.string(),
    path: z.string(),
    helm: z.optional(z.strictObject({ valueFiles: z.array(z.string()) })),
  }),
  destination: z.strictObject({ server: z.literal('https://kubernetes.default.svc'), namespace: z.string() }),
  syncPolicy: z.optional(
    z
      .strictObject({
        automated: z.optional(
          z.strictObject({
            enabled: z.optional(z.boolean()),
            prune: z.optional(z.boolean()),
            selfHeal: z.optional(z.boolean()),
            allowEmpty: z.optional(z.literal(false)),
          }),
        ),
        retry: z.optional(z.strictObject({ limit: z.literal(0) })),
      })
      .refine(({ automated, retry }) => automated === undefined || retry !== undefined, 'set retry.limit to 0: without it auto-sync retries a failed sync five times, which is not simulated'),
  ),
});

const groupKinds = z.array(z.strictObject({ group: z.string(), kind: z.string() }));

const projectSpec = z.strictObject({
  description: z.optional(z.string()),
  sourceRepos: z.array(z.string()),
  destinations: z.array(z.strictObject({ server: z.string(), namespace: z.string() })),
  clusterResourceWhitelist: z.optional(groupKinds),
  namespaceResourceWhitelist: z.optional(groupKinds),
  roles: z.optional(z.array(z.strictObject({ name: z.string(), description: z.optional(z.string()), policies: z.array(z.string()) }))),
  syncWindows: z.optional(
    z.array(
      z.strictObject({
        kind: z.enum(['allow', 'deny']),
        schedule: z.string().check(refusedBy(parseSchedule)),
        duration: z.string().check(refusedBy(parseWindowDuration)),
        applications: z.array(z.string()),
        manualSync: z.optional(z.boolean()),
      }),
    ),
  ),
});

const apiVersion = z.literal('argoproj.io/v1alpha1');
const applicationManifest = z.strictObject({ apiVersion, kind: z.literal('Application'), metadata, spec: applicationSpec });
const projectManifest = z.strictObject({ apiVersion, kind: z.literal('AppProject'), metadata, spec: projectSpec });
const manifest = z.discriminatedUnion('kind', [applicationManifest, projectManifest]);

export type ApplicationManifest = z.infer<typeof applicationManifest>;
export type ApplicationSpec = z.infer<typeof applicationSpec>;
export type ProjectSpec = z.infer<typeof projectSpec>;
export type SyncWindow = NonNullable<ProjectSpec['syncWindows']>[number];
export type Project = { readonly name: string; readonly spec: ProjectSpec };

/** Reads Applications and AppProjects. @throws naming the manifest and the member that the stand-in does not know */
export function parseManifests(text: string): (ApplicationManifest | z.infer<typeof projectManifest>)[] {
  return parseAllDocuments(text).map((document) => {
    const parsed = manifest.safeParse(document.toJS());
    if (parsed.success) return parsed.data;
    const name = String(document.getIn(['metadata', 'name']));
    throw new Error(`The manifest "${name}" is not one that the sandbox's Argo CD can act on. ${z.prettifyError(parsed.error)}`);
  });
}

/**
 * The repository's own AppProject and Application, following `repoUrl` in place of their example URL. Without retries, which the
 * stand-in does not simulate: a sync that fails has ended.
 */
export function sampleManifests(repoUrl: string): string[] {
  return ['project.yaml', 'inference-dev.yaml'].map((file) => {
    const text = readFileSync(new URL(`../../argocd/${file}`, import.meta.url), 'utf8').replaceAll('https://git.example.com/team/config.git', repoUrl);
    return text.replace(/^ {4}# .*\n {4}retry:\n(?: {6}.*\n)+/m, '    retry:\n      limit: 0\n');
  });
}

/** The AppProject names what the chart renders; a hook is one kind more. */
export function withJobs(manifest: string): string {
  return manifest.replace('  namespaceResourceWhitelist:\n', '  namespaceResourceWhitelist:\n    - { group: batch, kind: Job }\n');
}

function refusedBy(parse: (text: string) => unknown): (context: z.core.ParsePayload<string>) => void {
  return (context) => {
    try {
      parse(context.value);
    } catch (error) {
      context.issues.push({ code: 'custom', message: error instanceof Error ? error.message : String(error), input: context.value });
    }
  };
}
