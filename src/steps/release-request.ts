import * as z from 'zod/mini';
import type { OwnRequest } from '../domain/own-request.ts';

const Digest = text(/^sha256:[0-9a-f]{64}$/, 'A digest is sha256: and 64 hexadecimal digits.');
/** Tags as the OCI distribution specification allows them: nothing that could act in a commit message or a path. */
const Tag = text(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'A tag has letters, digits, `_`, `.` and `-`, at most 128.');
const Name = text(/^[a-z0-9][a-z0-9-]{0,62}$/, 'A name has lower-case letters, digits and `-`, at most 63.');
const RepositoryName = text(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/, 'A repository name has lower-case letters, digits and single `.`, `_`, `-` and `/` between them.');

function text(pattern: RegExp, rule: string) {
  return z.string(rule).check(z.regex(pattern, rule));
}

/** Words of a person: they come to stand in messages and in commits, where a second line could pass for a trailer. */
function line(limit: number) {
  return z.string().check(z.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'It is one line without control characters.'), z.maxLength(limit, `It has at most ${limit} characters.`));
}

/** What ECR announces of an image that came: pushed, or replicated from another registry. A missing and an empty tag mean the same. */
const ImageEvent = z.object({
  source: z.literal('aws.ecr'),
  account: text(/^\d{12}$/, 'An account has 12 digits.'),
  region: text(/^[a-z0-9-]+$/, 'A region has lower-case letters, digits and `-`.'),
  time: z.iso.datetime(),
  detail: z.object({
    result: z.literal('SUCCESS', 'Only what succeeded is deployed.'),
    'action-type': z.enum(['PUSH', 'REPLICATE'], 'Only a push and a replication bring an image.'),
    'repository-name': RepositoryName,
    'image-digest': Digest,
    'image-tag': z.optional(z.union([z.literal(''), Tag])),
  }),
});
export type ImageEvent = z.infer<typeof ImageEvent>;

/** What Slipway announces of a deployment that succeeded: where it was, and of which digest. All else is looked up. */
const PromotionEvent = z.object({
  source: z.literal('slipway'),
  'detail-type': z.literal('Slipway Deployment Concluded'),
  detail: z.object({
    service: Name,
    environment: Name,
    outcome: z.literal('succeeded', 'Only what succeeded is promoted.'),
    release: z.object({ digest: Digest }),
  }),
});
export type PromotionEvent = z.infer<typeof PromotionEvent>;

const OwnRequestSchema: z.ZodMiniType<OwnRequest> = z.strictObject(
  {
    trigger: z.enum(['next', 'sweep'], 'A trigger is next or sweep; leave it out of a request by hand.'),
    service: Name,
    environment: Name,
    target: Name,
    tag: Tag,
    digest: Digest,
    releasedAt: z.iso.datetime(),
  },
  { error: unknownMember },
);

/** What a person asks for, through the command line or *New execution* in the console: a tag, a digest, or a tag that must name a digest. */
const RequestByHand = z
  .strictObject(
    {
      service: Name,
      environment: z.optional(Name),
      target: z.optional(Name),
      tag: z.optional(Tag),
      digest: z.optional(Digest),
      reason: z.optional(line(500)),
      by: z.optional(line(200)),
      /** Takes the targets back to an earlier release, and holds them there. */
      rollback: z.optional(z.literal(true)),
    },
    { error: unknownMember },
  )
  .check(z.refine(({ tag, digest }) => tag !== undefined || digest !== undefined, 'A request names an image: "tag", "digest" or both.'));
export type RequestByHand = z.infer<typeof RequestByHand>;

export type ReleaseRequest =
  | { readonly kind: 'image'; readonly event: ImageEvent }
  | { readonly kind: 'promotion'; readonly event: PromotionEvent }
  | { readonly kind: 'own'; readonly request: OwnRequest }
  | { readonly kind: 'by hand'; readonly request: RequestByHand };

const NOT_A_REQUEST =
  'The input is neither an event of ECR or Slipway nor {"service", "environment"?, "target"?, "tag" or "digest", "reason"?, "by"?, "rollback"?}.';

/** The execution's input, by what it looks like; one sentence about what is wrong with it, since a person may have written it. */
export const ReleaseRequest: z.ZodMiniType<ReleaseRequest> = z.pipe(
  z.unknown(),
  z.transform((input, context): ReleaseRequest => {
    const read = readerOf(input)?.(input);
    if (read?.success) return read.data;
    const [issue] = read?.error.issues ?? [];
    context.issues.push({ code: 'custom', input, message: issue?.message ?? NOT_A_REQUEST, path: [...(issue?.path ?? [])] });
    return z.NEVER;
  }),
);

type Reader = z.ZodMiniType<ReleaseRequest>['safeParse'];

function readerOf(input: unknown): Reader | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  if ('source' in input) return READERS_BY_SOURCE.get(input.source);
  if ('trigger' in input) return asKind(OwnRequestSchema, (request) => ({ kind: 'own', request }));
  return 'service' in input ? asKind(RequestByHand, (request) => ({ kind: 'by hand', request })) : undefined;
}

const READERS_BY_SOURCE = new Map<unknown, Reader>([
  ['aws.ecr', asKind(ImageEvent, (event) => ({ kind: 'image', event }))],
  ['slipway', asKind(PromotionEvent, (event) => ({ kind: 'promotion', event }))],
]);

function asKind<Read>(schema: z.ZodMiniType<Read>, name: (read: Read) => ReleaseRequest): Reader {
  const named = z.pipe(schema, z.transform(name));
  return (input) => named.safeParse(input);
}

function unknownMember(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'unrecognized_keys' ? `A request has no ${issue.keys.join(', ')}; leave it out.` : undefined;
}
