import { branchHead } from '../../../sandbox/git/refs.ts';
import type { ForgeAnswer, ForgeCall } from './forge-server.ts';
import type { ForgeState } from './forge-world.ts';
import type { StoredPull } from './stored-pulls.ts';

function message(status: number, text: string): ForgeAnswer {
  return { status, json: { message: text } };
}

/** Merge requests of GitLab, as far as they are in use. Null for another route. */
export async function answerMergeRequests({ directory, pulls }: ForgeState, { method, path, query, body, headers }: ForgeCall, isReader: boolean): Promise<ForgeAnswer | null> {
  const route = /^\/api\/v4\/projects\/([^/]+)\/merge_requests(?:\/(\d+)(?:\/(merge))?)?$/.exec(path);
  if (route === null) return null;
  const [, project = '', number, verb] = route;
  if (decodeURIComponent(project) !== 'team/config') return message(404, '404 Project Not Found');
  const webPage = (pull: StoredPull) => shown(pulls.refresh(pull), `http://${headers.host}/team/config/-/merge_requests/${pull.number}`, pulls.checksPending());
  if (number === undefined && method === 'GET') {
    const open = pulls.all().filter(({ state, branch, base }) => state === 'open' && query.get('state') === 'opened' && branch === query.get('source_branch') && base === query.get('target_branch'));
    return { status: 200, json: open.map(webPage) };
  }
  const json = body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, string | boolean>);
  const text = (name: string): string => String(json[name] ?? '');
  if (method !== 'GET' && isReader) return message(403, '403 Forbidden');
  if (number === undefined) {
    if (method !== 'POST') return null;
    const branch = text('source_branch');
    if (branchHead(directory, branch) === null) return message(400, 'Source branch does not exist');
    const other = pulls.opened(branch);
    if (other !== undefined) return { status: 409, json: { message: [`Another open merge request already exists for this source branch: !${other.number}`] } };
    return { status: 201, json: webPage(pulls.open({ branch, base: text('target_branch'), title: text('title'), body: text('description') })) };
  }
  const pull = pulls.find(Number(number));
  if (pull === undefined) return message(404, '404 Not found');
  if (method === 'GET' && verb === undefined) return { status: 200, json: webPage(pull) };
  if (method !== 'PUT') return null;
  if (verb === 'merge') {
    if (pull.state !== 'open') return message(405, '405 Method Not Allowed');
    if (pulls.refresh(pull).head !== text('sha')) return message(409, `SHA does not match HEAD of source branch: ${pull.head}`);
    if (json['auto_merge'] !== true) return null;
    await pulls.mergeWhenReady(pull.number);
    return { status: 200, json: webPage(pull) };
  }
  if (json['state_event'] === 'close') pulls.close(pull.number);
  pull.title = json['title'] === undefined ? pull.title : text('title');
  pull.body = json['description'] === undefined ? pull.body : text('description');
  return { status: 200, json: webPage(pull) };
}

function shown({ number, title, body, state, branch, base, head, by, at, autoMerge }: StoredPull, url: string, checksPending: boolean): object {
  const person = by === null ? null : { username: by };
  return {
    iid: number,
    web_url: url,
    title,
    description: body,
    state: state === 'open' ? 'opened' : state,
    source_branch: branch,
    target_branch: base,
    source_project_id: 1,
    target_project_id: 1,
    sha: head,
    merge_user: state === 'merged' ? person : null,
    merged_at: state === 'merged' ? at : null,
    closed_by: state === 'closed' ? person : null,
    closed_at: state === 'closed' ? at : null,
    detailed_merge_status: checksPending ? 'ci_still_running' : 'mergeable',
    merge_when_pipeline_succeeds: autoMerge && state === 'open',
  };
}
