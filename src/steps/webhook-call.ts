import * as z from 'zod/mini';

/** What a function URL hands on. Nothing in it is believed before its signature is verified, and after that no more than a number. */
export const WebhookCall = z.object({
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
  headers: z.record(z.string(), z.string()),
  body: z.optional(z.string()),
  isBase64Encoded: z.optional(z.boolean()),
});
export type WebhookCall = z.infer<typeof WebhookCall>;

const Number = z.int().check(z.positive());

/** A pull request of GitHub or Gitea, a merge request of GitLab. */
const About = z.object({
  pull_request: z.optional(z.object({ number: Number })),
  object_kind: z.optional(z.string()),
  object_attributes: z.optional(z.object({ iid: z.optional(Number) })),
});

export function bodyOf({ body = '', isBase64Encoded }: WebhookCall): Buffer {
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
}

/** Number of the pull request that a payload is about: null for another event, undefined for what is no JSON of a webhook. */
export function numberIn(body: Buffer): number | null | undefined {
  try {
    const { data } = About.safeParse(JSON.parse(body.toString('utf8')));
    if (data === undefined) return undefined;
    return data.pull_request?.number ?? (data.object_kind === 'merge_request' ? data.object_attributes?.iid : null) ?? null;
  } catch {
    return undefined;
  }
}
