import { describe, expect, it } from 'vitest';
import { dataPacket, FLUSH, readPackets } from '../../../../src/adapters/git/pkt-line.ts';
import { GitProtocolError } from '../../../../src/adapters/git/protocol-error.ts';
import { push } from '../../../../src/adapters/git/receive-pack.ts';
import type { Remote } from '../../../../src/adapters/git/remote.ts';
import { branchHead, fetchObjects, readCapabilities } from '../../../../src/adapters/git/upload-pack.ts';
import type { HttpRequest } from '../../../../src/adapters/http/http-client.ts';

const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);
const TYPES = { advertisement: 'application/x-git-upload-pack-advertisement', read: 'application/x-git-upload-pack-result', write: 'application/x-git-receive-pack-result' };

type Answer = { status?: number; type?: string; body?: Buffer | string; location?: string };

/** A server that gives every request the same answer. */
function aRemote({ status = 200, type = 'text/plain; charset=utf-8', body = '', location }: Answer): Remote & { readonly asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  const refuse = () => Promise.reject(new Error('Git is downloaded, never sent or opened.'));
  const download = async (request: HttpRequest) => {
    asked.push(request);
    return { status, headers: { 'content-type': type, ...(location === undefined ? {} : { location }) }, body: Buffer.from(body) };
  };
  return { name: 'Git repository https://git.example.com/config.git', url: 'https://git.example.com/config.git', client: { send: refuse, open: refuse, download }, secret: 'slipway/git', authorization: 'Basic c2VjcmV0', asked };
}

function band(number: number, content: string | Buffer): Buffer {
  return dataPacket(Buffer.concat([Buffer.from([number]), Buffer.from(content)]));
}

function aReport(lines: readonly string[], messages = ''): Buffer {
  const report = Buffer.concat([...lines.map((line) => dataPacket(`${line}\n`)), FLUSH]);
  return Buffer.concat([...(messages === '' ? [] : [band(2, messages)]), band(1, report), FLUSH]);
}

function pushTo(body: Buffer): Promise<void> {
  return push(aRemote({ type: TYPES.write, body }), { branch: 'main', from: OLD, to: NEW, objects: [] });
}

describe('an HTTP answer that is not Git', () => {
  it.each([
    [401, 'UnauthorizedError', 'does not accept the credentials of secret slipway/git; put valid ones there (HTTP 401: Failed to authenticate user)'],
    [403, 'ForbiddenError', 'does not let the user of secret slipway/git read; grant read access'],
    [404, 'NotFoundError', 'does not exist, or is hidden from the user of secret slipway/git'],
    [410, 'NotFoundError', 'does not exist'],
    [408, 'TimeoutError', 'took too long'],
    [429, 'RateLimitedError', 'asks to slow down'],
    [500, 'UnavailableError', 'cannot answer now'],
    [503, 'UnavailableError', 'cannot answer now'],
    [504, 'TimeoutError', 'took too long'],
    [400, 'RefusedError', 'refused to let the user of secret slipway/git read (HTTP 400: Failed to authenticate user)'],
  ])('maps %i to %s', async (status, name, words) => {
    const reading = branchHead(aRemote({ status, body: 'Failed to authenticate user\n' }), 'main');
    await expect(reading).rejects.toMatchObject({ name });
    await expect(reading).rejects.toThrow(words);
  });

  it('asks for a secret where there is none', async () => {
    const { name, url, client } = aRemote({ status: 401 });
    await expect(branchHead({ name, url, client }, 'main')).rejects.toThrow('asks for credentials; name their secret under credentials (HTTP 401)');
  });

  it('names where the repository moved, without the query', async () => {
    const moved = aRemote({ status: 301, location: 'https://new.example.com/config.git/info/refs?service=git-upload-pack&token=x' });
    await expect(readCapabilities(moved)).rejects.toThrow('has moved to https://new.example.com/config.git; change its URL');
  });

  it('names where the repository moved when the host gives the path alone', async () => {
    const moved = aRemote({ status: 301, location: '/team/new.git/git-upload-pack' });
    await expect(branchHead(moved, 'main')).rejects.toThrow('has moved to https://git.example.com/team/new.git; change its URL');
  });

  it('recognises a web page as no Git server, and does not repeat it', async () => {
    await expect(readCapabilities(aRemote({ type: 'text/html', body: '<html>Sign in' }))).rejects.toThrow('does not answer as a Git server over smart HTTP; check its URL.');
  });

  it('takes what could steer a terminal out of the words of the host', async () => {
    const reading = branchHead(aRemote({ status: 500, body: 'a\u001b[31mred\u001b[0m\r\nforged\u202e line\u0007' }), 'main');
    await expect(reading).rejects.toThrow('(HTTP 500: ared forged line).');
  });

  it('shows no credentials', async () => {
    await expect(branchHead(aRemote({ status: 401 }), 'main')).rejects.not.toThrow('c2VjcmV0');
  });
});

describe('readCapabilities', () => {
  function advertised(...lines: string[]): Remote {
    return aRemote({ type: TYPES.advertisement, body: Buffer.concat([dataPacket('# service=git-upload-pack\n'), FLUSH, ...lines.map((line) => dataPacket(`${line}\n`)), FLUSH]) });
  }

  it.each([
    ['fetch=shallow wait-for-done filter', true],
    ['fetch=shallow', false],
    ['fetch', false],
  ])('reads %s', async (line, filter) => {
    expect(await readCapabilities(advertised('version 2', 'agent=git/2', line, 'object-format=sha1'))).toEqual({ filter });
  });

  it('refuses a server without version 2', async () => {
    await expect(readCapabilities(advertised(`${OLD} HEAD\0multi_ack`))).rejects.toThrow("does not speak version 2 of Git's protocol");
  });

  it('refuses a repository with SHA-256', async () => {
    await expect(readCapabilities(advertised('version 2', 'object-format=sha256'))).rejects.toThrow('names its objects by sha256, and Slipway reads sha1');
  });
});

describe('fetchObjects', () => {
  it.each([
    ['NotFoundError', `ERR upload-pack: not our ref ${OLD}`, 'does not have what was asked for'],
    ['RefusedError', 'ERR access denied or repository not exported', 'refused to be read: access denied'],
  ])('answers %s to %s', async (name, line, words) => {
    const fetching = fetchObjects(aRemote({ type: TYPES.read, body: dataPacket(line) }), { ids: [OLD] });
    await expect(fetching).rejects.toMatchObject({ name });
    await expect(fetching).rejects.toThrow(words);
  });

  it.each([
    ['no pack', FLUSH],
    ['the server stopped: out of memory', Buffer.concat([dataPacket('packfile\n'), band(3, 'out of memory\n')])],
    ['a packet of 255 bytes is cut', Buffer.from('00ffpackfile')],
    ['no packet length', Buffer.from('zzzz')],
  ])('refuses an answer: %s', async (words, body) => {
    const fetching = fetchObjects(aRemote({ type: TYPES.read, body }), { ids: [OLD] });
    await expect(fetching).rejects.toThrow(GitProtocolError);
    await expect(fetching).rejects.toThrow(words);
  });
});

describe('push', () => {
  it('is done when the server says so', async () => {
    await expect(pushTo(aReport(['unpack ok', 'ok refs/heads/main']))).resolves.toBeUndefined();
  });

  it.each(['failed to update ref', "cannot lock ref 'refs/heads/main': is at x but expected y", 'fetch first', 'non-fast-forward', 'incorrect old value provided', 'stale info'])(
    'has lost a race when the server says: %s',
    async (reason) => {
      await expect(pushTo(aReport(['unpack ok', `ng refs/heads/main ${reason}`]))).rejects.toMatchObject({ name: 'ConflictError' });
    },
  );

  it.each([
    ['pre-receive hook declined', 'error: Not allowed to push to protected branch main\n'],
    ['pre-receive hook declined', 'cannot lock ref is what our policy says\n'],
    ['protected branch hook declined', ''],
    ['deny updating a hidden ref', ''],
  ])('is declined for good: %s %s', async (reason, messages) => {
    const pushing = pushTo(aReport(['unpack ok', `ng refs/heads/main ${reason}`], messages));
    await expect(pushing).rejects.toMatchObject({ name: 'RefusedError' });
    await expect(pushing).rejects.toThrow(reason);
    if (messages !== '') await expect(pushing).rejects.toThrow(`(remote: ${messages.trim()})`);
  });

  it('is not let in by a forge that looks only in its hook', async () => {
    const pushing = pushTo(aReport(['unpack ok', 'ng refs/heads/main pre-receive hook declined'], 'error: User permission denied for writing.\n'));
    await expect(pushing).rejects.toMatchObject({ name: 'ForbiddenError' });
    await expect(pushing).rejects.toThrow('does not let the user of secret slipway/git write; grant write access');
  });

  it.each([
    ['an empty answer', Buffer.alloc(0)],
    ['a report of another branch', aReport(['unpack ok', 'ok refs/heads/other'])],
    ['a failed unpack without a reason', aReport(['unpack index-pack abnormal exit'])],
    ['a fatal error', band(3, 'fatal: disk full\n')],
  ])('does not count as done: %s', async (_what, body) => {
    await expect(pushTo(body)).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it('asks for the swap of the very head that it was given', async () => {
    const remote = aRemote({ type: TYPES.write, body: aReport(['unpack ok', 'ok refs/heads/main']) });
    await push(remote, { branch: 'main', from: OLD, to: NEW, objects: [] });
    const [command] = readPackets(Buffer.from(remote.asked[0]?.body ?? '').subarray(0, -32));
    expect(command?.kind === 'data' && command.payload.toString()).toMatch(new RegExp(`^${OLD} ${NEW} refs/heads/main\0 report-status`));
  });
});
