import { ConfigurationError, NotFoundError, RefusedError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import { missingBranch } from '../forge/repository-files.ts';
import type { GitObject } from './objects.ts';
import { dataPacket, DELIMITER, FLUSH, type Packet, readPackets, textOf } from './pkt-line.ts';
import { GitProtocolError } from './protocol-error.ts';
import { readPack } from './read-pack.ts';
import { advertisement, type Remote, request } from './remote.ts';

/** What the server offers for reading (gitprotocol-v2, "Capability Advertisement"). */
export type ReadCapabilities = {
  /** Leaves out the objects that are not asked for. */
  readonly filter: boolean;
};

/** @throws ConfigurationError for a server without protocol version 2, or with SHA-256 repositories */
export async function readCapabilities(remote: Remote): Promise<ReadCapabilities> {
  const answer = await advertisement(remote, 'git-upload-pack');
  const lines = textLines(readPackets(answer)).filter((line) => !line.startsWith('# service='));
  if (lines[0] !== 'version 2') throw new ConfigurationError(`${remote.name} does not speak version 2 of Git's protocol; enable it on the server (protocol.version).`);
  const capabilities = new Map(lines.slice(1).map((line) => splitOnce(line, '=')));
  const format = capabilities.get('object-format') ?? 'sha1';
  if (format !== 'sha1') throw new ConfigurationError(`${remote.name} names its objects by ${oneLine(format)}, and Slipway reads sha1; use a repository of that format.`);
  return { filter: (capabilities.get('fetch') ?? '').split(' ').includes('filter') };
}

export type BranchHead = { readonly revision: string; readonly isDefaultBranch: boolean };

/** Where the branch points. @throws NotFoundError when there is no such branch */
export async function branchHead(remote: Remote, branch: string): Promise<BranchHead> {
  const ref = `refs/heads/${branch}`;
  const command = ['command=ls-refs\n', 'agent=slipway\n'].map(dataPacket);
  const wanted = ['symrefs\n', 'ref-prefix HEAD\n', `ref-prefix ${ref}\n`].map(dataPacket);
  const answer = await request(remote, 'git-upload-pack', Buffer.concat([...command, DELIMITER, ...wanted, FLUSH]));
  const refs = textLines(readPackets(answer)).map((line) => line.split(' '));
  const head = refs.find(([, name]) => name === ref)?.[0];
  if (head === undefined) throw missingBranch(remote.name, branch);
  return { revision: head, isDefaultBranch: refs.some(([, name, ...attributes]) => name === 'HEAD' && attributes.includes(`symref-target:${ref}`)) };
}

export type ObjectRequest = {
  readonly ids: readonly string[];
  /** `tree:0` sends nothing but what was asked for; `tree:1` also the trees and blobs that it names itself: a commit's root tree. */
  readonly filter?: 'tree:0' | 'tree:1';
  /** How many generations of commits: 1 leaves their ancestors out. All of them where it is not said. */
  readonly depth?: number;
};

/** Objects by id, those asked for and whatever the server sends with them. @throws NotFoundError when it does not have one */
export async function fetchObjects(remote: Remote, { ids, filter, depth }: ObjectRequest): Promise<ReadonlyMap<string, GitObject>> {
  const command = ['command=fetch\n', 'agent=slipway\n'].map(dataPacket);
  const wants = ids.map((id) => `want ${id}\n`);
  const options = ['ofs-delta\n', 'no-progress\n', ...(depth === undefined ? [] : [`deepen ${depth}\n`]), ...(filter === undefined ? [] : [`filter ${filter}\n`])];
  const answer = await request(remote, 'git-upload-pack', Buffer.concat([...command, DELIMITER, ...[...wants, ...options, 'done\n'].map(dataPacket), FLUSH]));
  const packets = readPackets(answer);
  refuseErrors(remote, packets);
  return readPack(packOf(packets));
}

/** `ERR text` may come instead of any answer. */
function refuseErrors(remote: Remote, packets: readonly Packet[]): void {
  const first = packets[0];
  const text = first?.kind === 'data' ? textOf(first.payload) : '';
  if (!text.startsWith('ERR ')) return;
  const words = oneLine(text.slice(4));
  if (/not our ref|bad object|unknown object/i.test(words)) throw new NotFoundError(`${remote.name} does not have what was asked for: ${words}.`);
  throw new RefusedError(`${remote.name} refused to be read: ${words}.`);
}

/** Sections come one after another; after the line `packfile` band 1 carries the pack and band 3 an error. */
function packOf(packets: readonly Packet[]): Buffer {
  const start = packets.findIndex((packet) => packet.kind === 'data' && textOf(packet.payload) === 'packfile');
  if (start < 0) throw new GitProtocolError('the answer holds no pack');
  const pieces: Buffer[] = [];
  for (const packet of packets.slice(start + 1)) {
    if (packet.kind !== 'data') break;
    const [band] = packet.payload;
    if (band === 1) pieces.push(packet.payload.subarray(1));
    if (band === 3) throw new GitProtocolError(`the server stopped: ${oneLine(packet.payload.toString('utf8', 1))}`);
  }
  return Buffer.concat(pieces);
}

function textLines(packets: readonly Packet[]): string[] {
  return packets.flatMap((packet) => (packet.kind === 'data' ? [textOf(packet.payload)] : []));
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
