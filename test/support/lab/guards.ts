import { readdirSync, readFileSync } from 'node:fs';

/** Pids of the guards of a lab's folder that run now. */
export function guardsOf(place: string): readonly number[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(`guard-main.ts\0${place}`)).map(Number);
}

/** Processes end while they are looked at. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
