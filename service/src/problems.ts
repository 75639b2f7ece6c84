import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

/** What every answer of 4xx and 5xx holds. */
export const Problem = Type.Object({
  statusCode: Type.Integer(),
  message: Type.String(),
  path: Type.Optional(Type.String({ description: 'What is wrong in the request, as a JSON pointer: /instances/2/petal_width', examples: ['/instances/2/petal_width'] })),
});

type Violation = NonNullable<FastifyError['validation']>[number];

/** An answer that is a problem; thrown by handlers. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly statusCode: number;
  readonly path: string | undefined;

  constructor(statusCode: number, message: string, path?: string) {
    super(message);
    this.statusCode = statusCode;
    this.path = path;
  }
}

export function answerProblem(error: FastifyError | ProblemError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const violation = 'validation' in error && error.validation ? violationMeant(error.validation, request.body) : null;
  if (violation !== null) {
    const path = pathOf(violation);
    return reply.code(400).send({ statusCode: 400, message: `${path === '' ? 'The body' : path} ${sentenceOf(violation)}.`, path });
  }
  const statusCode = error.statusCode ?? 500;
  if (statusCode >= 500) request.log.error(error);
  // What went wrong inside is for the log, not for the client.
  const message = error instanceof ProblemError || statusCode < 500 ? error.message : 'The service could not answer; its log says why.';
  const path = error instanceof ProblemError ? error.path : undefined;
  return reply.code(statusCode).send({ statusCode, message, ...(path !== undefined && { path }) });
}

/** A body may be one flower or a batch; of the violations of both, the first of the one that was meant. */
function violationMeant(violations: readonly Violation[], body: unknown): Violation | null {
  const branch = typeof body === 'object' && body !== null && 'instances' in body ? '#/anyOf/1' : '#/anyOf/0';
  return violations.find(({ schemaPath }) => schemaPath.startsWith(branch)) ?? violations[0] ?? null;
}

function pathOf({ instancePath, params }: Violation): string {
  const field = params['missingProperty'] ?? params['additionalProperty'];
  return typeof field === 'string' ? `${instancePath}/${field.replaceAll('~', '~0').replaceAll('/', '~1')}` : instancePath;
}

function sentenceOf({ keyword, message }: Violation): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties') return 'is unknown';
  return message ?? 'is wrong';
}
