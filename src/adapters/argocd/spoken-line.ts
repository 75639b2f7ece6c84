import { oneLine } from '../../domain/one-line.ts';

/** The command as Argo CD quotes it before what Helm said: with all its API versions and values files it alone is longer than a line. */
const HELM_COMMAND = /`helm template [^`]*`/g;

/** What Argo CD says in a status, on one line that keeps the reason at its end. */
export function spokenLine(text: string): string {
  return oneLine(text.replace(HELM_COMMAND, '`helm template`'));
}
