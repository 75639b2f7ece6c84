import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NotFoundError } from '../src/domain/errors.ts';
import { createProcessRuntime, type ProcessRuntime } from './kubernetes/kubelet/process-runtime.ts';

const SERVICE_FOLDER = fileURLToPath(new URL('../service', import.meta.url));

/** Runs pods as processes of `service/`, as it is in this checkout when they start: in the sandbox an image is a name and a digest. */
export function createServiceRuntime(): ProcessRuntime {
  return createProcessRuntime({ folder: SERVICE_FOLDER, main: 'src/main.ts', obstacle: missingPackages });
}

/** @throws NotFoundError where `service/` lacks its packages, so that no pod could ever run it */
export function requireServicePackages(): void {
  const missing = missingPackages();
  if (missing !== null) throw new NotFoundError(`The pods of this scenario run service/, but ${missing}.`);
}

function missingPackages(): string | null {
  return existsSync(`${SERVICE_FOLDER}/node_modules`) ? null : 'service/node_modules is missing; run npm ci --prefix service';
}
