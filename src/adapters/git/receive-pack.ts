import { ConflictError, RefusedError, type SlipwayError, UnavailableError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import { noAccess } from '../forge/answer-error.ts';
import type { NewObject } from './objects.ts';
import { dataPacket, FLUSH, readPackets, textOf } from './pkt-line.ts';
import { type Remote, request } from './remote.ts';
import { goesAsDelta, writePack } from './write-pack.ts';

export type Push = {
  readonly branch: string;
  /** Where the branch must still point: the server compares and swaps. */
  readonly from: string;
  readonly to: string;
  readonly objects: readonly NewObject[];
};

/**
 * What servers say of a push that came second: git ("failed to update ref", "cannot lock ref", "incorrect old value provided"),
 * and a forge that looks before git does ("fetch first", "non-fast-forward", "stale info").
 */
const RACES = /failed to update ref|cannot lock ref|incorrect old value provided|fetch first|non-fast-forward|stale info/i;

/** What a forge says that checks in a hook whether the user may push at all (Gitea: "User permission denied for writing"). */
const NO_ACCESS = /permission denied for writing/i;

/** Moves the branch. @throws ConflictError when it pointed elsewhere; ForbiddenError for a user who may not push; RefusedError with the host's words for every other no */
export async function push(remote: Remote, change: Push): Promise<void> {
  const report = await send(remote, change);
  if (isUnpacked(report) || !change.objects.some(goesAsDelta)) judge(remote, change, report);
  // Some servers take no deltas on objects that they have (`no-thin`), which only an advertisement would tell; the branch has not moved.
  else judge(remote, change, await send(remote, { ...change, objects: change.objects.map(({ replaces: _, ...whole }) => whole) }));
}

async function send(remote: Remote, { branch, from, to, objects }: Push): Promise<Report> {
  const command = dataPacket(`${from} ${to} refs/heads/${branch}\0 report-status side-band-64k agent=slipway`);
  return readReport(await request(remote, 'git-receive-pack', Buffer.concat([command, FLUSH, writePack(objects)])));
}

function isUnpacked({ lines }: Report): boolean {
  return !lines.some((line) => line.startsWith('unpack ') && line !== 'unpack ok');
}

function judge(remote: Remote, { branch }: Push, { lines, messages }: Report): void {
  const ref = `refs/heads/${branch}`;
  const refusal = lines.find((line) => line.startsWith(`ng ${ref} `));
  if (refusal !== undefined) throw refusalError(remote, branch, refusal.slice(`ng ${ref} `.length), messages);
  if (lines.includes('unpack ok') && lines.includes(`ok ${ref}`)) return;
  const said = [...lines.filter((line) => line.startsWith('unpack ') && line !== 'unpack ok'), messages].filter(Boolean).join('; ');
  throw new UnavailableError(`${remote.name} did not say whether it took the push to ${branch}${said === '' ? '' : `: ${oneLine(said)}`}.`);
}

function refusalError(remote: Remote, branch: string, reason: string, messages: string): SlipwayError {
  const said = messages === '' ? oneLine(reason) : `${oneLine(reason)} (${oneLine(messages)})`;
  if (RACES.test(reason)) return new ConflictError(`${remote.name}: ${branch} moved before the push arrived: ${said}.`);
  if (NO_ACCESS.test(messages)) return noAccess(remote, 'write', said);
  return new RefusedError(`${remote.name} declined the push to ${branch}: ${said}.`);
}

type Report = { readonly lines: readonly string[]; readonly messages: string };

/** Band 1 carries the report in packets of its own, bands 2 and 3 what git shows as `remote: …`. */
function readReport(answer: Buffer): Report {
  const report: Buffer[] = [];
  const messages: string[] = [];
  for (const packet of readPackets(answer)) {
    if (packet.kind !== 'data') continue;
    const text = packet.payload.subarray(1);
    if (packet.payload[0] === 1) report.push(text);
    else messages.push(text.toString('utf8'));
  }
  const lines = readPackets(Buffer.concat(report)).flatMap((packet) => (packet.kind === 'data' ? [textOf(packet.payload)] : []));
  return { lines, messages: remoteLines(messages.join('')) };
}

function remoteLines(text: string): string {
  return text
    .split(/[\r\n]+/)
    .filter((line) => line.trim() !== '')
    .map((line) => `remote: ${line.trim()}`)
    .join(' ');
}
