import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A part of the measurement in a process of its own, so that what the sandbox computes meanwhile is not its time. */
export type HelperProcess<Question, Answer> = {
  /** @throws with the helper's words when it can't answer, or has ended */
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
};

type Asked = { readonly id: number; readonly question: unknown };
type Answered = { readonly id: number; readonly answer?: unknown; readonly error?: string };

const BEGINNING = 0;

/** Starts a module that calls `serveQuestions`, with an argument that can be written as JSON. @throws when it can't begin */
export async function startHelperProcess<Question, Answer>(module: URL, argument: unknown): Promise<HelperProcess<Question, Answer>> {
  const child = fork(module, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const end = (): boolean => child.kill('SIGKILL');
  process.once('exit', end);
  child.on('message', (message) => settle(waiting, message as Answered));
  child.once('exit', (code) => waiting.forEach(({ reject }) => reject(new Error(`A helper of the measurement ended with ${code}: ${module.pathname}.`))));
  let last = BEGINNING;
  const send = (id: number, question: unknown): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    waiting.set(id, answer);
    child.send({ id, question } satisfies Asked);
    return answer.promise;
  };
  await send(BEGINNING, argument);
  return {
    ask: (question) => send(++last, question) as Promise<Answer>,
    async stop() {
      process.off('exit', end);
      await stopped(child);
    },
  };
}

function settle(waiting: Map<number, PromiseWithResolvers<unknown>>, { id, answer, error }: Answered): void {
  const asked = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) asked?.resolve(answer);
  else asked?.reject(new Error(error));
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** The helper's side: begins with the argument, then answers each question. It ends with its parent. */
export function serveQuestions<Argument, Question>(begin: (argument: Argument) => Promise<(question: Question) => Promise<unknown>>): void {
  let answer: ((question: Question) => Promise<unknown>) | undefined;
  process.once('disconnect', () => process.exit(0));
  process.on('message', (message) => {
    const { id, question } = message as Asked;
    const answering = id === BEGINNING ? begin(question as Argument).then((begun) => void (answer = begun)) : answer?.(question as Question);
    answering?.then(
      (value) => process.send?.({ id, answer: value } satisfies Answered),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answered),
    );
  });
}
