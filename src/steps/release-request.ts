import * as z from 'zod/mini';

const Digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/, 'A digest is sha256: and 64 hexadecimal digits.'));
/** Tags as the OCI distribution specification allows them: nothing that could act in a commit message or a path. */
const Tag = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, 'A tag has letters, digits, `_`, `.` and `-`, at most 128.'));
const Name = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'A name has lower-case letters, digits and `-`, at most 63.'));

/** `ECR Image Action` of a successful push, as EventBridge delivers it. A missing and an empty tag mean the same. */
export const PushEvent = z.object({
  source: z.literal('aws.ecr'),
  account: z.string().check(z.regex(/^\d{12}$/)),
  region: z.string().check(z.regex(/^[a-z0-9-]+$/)),
  time: z.iso.datetime(),
  detail: z.object({
    result: z.literal('SUCCESS'),
    'action-type': z.literal('PUSH'),
    'repository-name': z.string().check(z.regex(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/, 'A repository name has lower-case letters, digits and single `.`, `_`, `-` and `/` between them.')),
    'image-digest': Digest,
    'image-tag': z.optional(z.union([z.literal(''), Tag])),
  }),
});
export type PushEvent = z.infer<typeof PushEvent>;

const whereAndWhy = {
  service: Name,
  environment: z.optional(Name),
  target: z.optional(Name),
  reason: z.optional(z.string().check(z.maxLength(500))),
  by: z.optional(z.string().check(z.maxLength(200))),
};

/** What a person asks for, through `slipway deploy` or *New execution* in the console: a tag, a digest, or a tag that must name a digest. */
export const ManualRequest = z.union([
  z.strictObject({ ...whereAndWhy, tag: Tag, digest: z.optional(Digest) }, { error: unknownMember }),
  z.strictObject({ ...whereAndWhy, digest: Digest }, { error: unknownMember }),
]);
export type ManualRequest = z.infer<typeof ManualRequest>;

function unknownMember(issue: z.core.$ZodRawIssue): string | undefined {
  return issue.code === 'unrecognized_keys' ? `A request has no ${issue.keys.join(', ')}; leave it out.` : undefined;
}
