import { branchHead } from '../../../sandbox/git/refs.ts';
import type { ForgeAnswer, ForgeCall } from './forge-server.ts';
import type { ForgeState } from './forge-world.ts';
import type { StoredPull } from './stored-pulls.ts';

function message(status: number, text: string): ForgeAnswer {
  return { status, json: { message: text, url: 'http://forge/api/swagger' } };
}

/** Pull requests of Gitea 1.26, as far as they are in use. Null for another route. */
export async function answerPulls({ directory, pulls }: ForgeState, rest: string, { method, query, body, headers }: ForgeCall, isReader: boolean): Promise<ForgeAnswer | null> {
  const route = /^pulls(?:\/(\d+)(?:\/(merge))?)?$/.exec(rest);
  if (route === null) return null;
  const [, number, verb] = route;
  const webPage = (pull: StoredPull) => shown(pull, `http://${headers.host}/team/config/pulls/${pull.number}`);
  if (number === undefined && method === 'GET') {
    const open = pulls.all().filter(({ state, base }) => state === query.get('state') && base === query.get('base_branch'));
    const page = Number(query.get('page')) - 1;
    const limit = Number(query.get('limit'));
    return { status: 200, json: await Promise.all(open.slice(page * limit, (page + 1) * limit).map(async (pull) => webPage(pulls.refresh(pull)))) };
  }
  const json = body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, string>);
  if (method !== 'GET' && isReader) return message(403, 'user should have a permission to write to a repo');
  if (number === undefined) return method === 'POST' ? open({ directory, pulls }, json, webPage) : null;
  const pull = pulls.find(Number(number));
  if (pull === undefined) return message(404, 'not found');
  if (verb === 'merge') return method === 'POST' ? merge(pulls, pull, json) : null;
  if (method === 'GET') return { status: 200, json: webPage(pulls.refresh(pull)) };
  if (method !== 'PATCH') return null;
  if (json['state'] === 'closed') {
    if (pull.state === 'merged') return message(412, 'cannot change state of this pull request, it was already merged');
    if (pull.state === 'open') pulls.close(pull.number, null);
  }
  pull.title = json['title'] ?? pull.title;
  pull.body = json['body'] ?? pull.body;
  return { status: 201, json: webPage(pulls.refresh(pull)) };
}

type State = Pick<ForgeState, 'directory' | 'pulls'>;

async function open({ directory, pulls }: State, { head = '', base = '', title = '', body = '' }: Record<string, string>, webPage: (pull: StoredPull) => object): Promise<ForgeAnswer> {
  if (branchHead(directory, head) === null) return message(404, 'not found');
  if (pulls.opened(head) !== undefined) return message(409, 'pull request already exists for these targets');
  return { status: 201, json: webPage(pulls.open({ branch: head, base, title, body })) };
}

async function merge(pulls: ForgeState['pulls'], pull: StoredPull, { do: style, head_commit_id: head = '' }: Record<string, string>): Promise<ForgeAnswer> {
  if (style !== 'squash') return message(405, `${style} is not allowed an allowed merge style for this repository`);
  if (pull.state === 'merged') return message(405, 'The PR is already merged');
  if (pulls.refresh(pull).head !== head) return message(409, 'head out of date');
  if (pull.autoMerge && pulls.checksPending()) return message(409, 'pull request is already scheduled to auto merge when checks succeed');
  return (await pulls.mergeWhenReady(pull.number)) ? { status: 200, text: '' } : { status: 201, text: '' };
}

function shown({ number, title, body, state, branch, base, head, by, at, mergeCommit }: StoredPull, url: string): object {
  const isMerged = state === 'merged';
  return {
    number,
    html_url: url,
    title,
    body,
    state: state === 'open' ? 'open' : 'closed',
    merged: isMerged,
    merged_at: isMerged ? at : null,
    merged_by: isMerged ? { login: by } : null,
    merge_commit_sha: mergeCommit,
    closed_at: state === 'open' ? null : at,
    head: { ref: branch, sha: head, repo_id: 1 },
    base: { ref: base, repo_id: 1 },
  };
}
