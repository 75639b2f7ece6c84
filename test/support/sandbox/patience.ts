import type { Document } from 'yaml';
import { configFiles } from '../../../sandbox/scenarios/config-repository.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { ENVIRONMENTS } from './more-environments.ts';

/** The config repository with Deployments that may stay unready for as long as a test wants. */
export function patientFiles(): Readonly<Record<string, string>> {
  const files = Object.entries(configFiles(imageOf('1.0.0')));
  return Object.fromEntries(files.map(([path, text]) => [path, text.replace(/progressDeadlineSeconds: \d+/, 'progressDeadlineSeconds: 600')]));
}

/** Lets Slipway wait for such Deployments in dev, too. */
export function patient(file: Document): void {
  file.setIn([...ENVIRONMENTS, 'dev', 'rollout'], { timeout: '10m' });
}
