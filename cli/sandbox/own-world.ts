import { ownFolder } from '../../sandbox/launcher/own-folder.ts';

/** Stage of the sandbox's stack. */
export const STAGE = 'sandbox';

/**
 * From now on what this process and its children put into the temp directory goes into one folder of it, which is removed when the
 * process ends.
 */
export function useOwnTemporaryFolder(): void {
  process.env['TMPDIR'] = ownFolder();
}

/** Makes the sandbox's AWS the only one that clients in this process know: a profile of the user's would come before its keys. */
export function useOnlyAws(environment: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', ...environment });
}
