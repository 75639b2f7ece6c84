import * as z from 'zod/mini';
import type { Service } from '../../src/domain/service.ts';
import { readJson } from './execution-json.ts';

/** Inputs of an execution, as far as they say what it deploys. */
const ImageEvent = z.object({
  source: z.literal('aws.ecr'),
  account: z.string(),
  region: z.string(),
  detail: z.object({ 'repository-name': z.string(), 'image-tag': z.optional(z.string()) }),
});
const Promotion = z.object({ source: z.literal('slipway'), detail: z.object({ service: z.string(), release: z.optional(z.object({ tag: z.optional(z.string()) })) }) });
const Request = z.object({
  service: z.string(),
  environment: z.optional(z.string()),
  target: z.optional(z.string()),
  tag: z.optional(z.string()),
  digest: z.optional(z.string()),
});

/** What an execution was started for. */
export type ExecutionInput = {
  /** ECR repository whose services it deploys; null where it names the service. */
  readonly repository: Service['repository'] | null;
  readonly service: string | null;
  readonly environment?: string | undefined;
  readonly target?: string | undefined;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
};

/** Reads an execution's input; null for one that says nothing of the kind. */
export function readExecutionInput(text: string | undefined): ExecutionInput | null {
  const image = readJson(ImageEvent, text);
  if (image !== undefined) {
    const { account, region, detail } = image;
    return { repository: { registry: `${account}.dkr.ecr.${region}.amazonaws.com`, name: detail['repository-name'] }, service: null, tag: detail['image-tag'] };
  }
  const promotion = readJson(Promotion, text)?.detail;
  if (promotion !== undefined) return { repository: null, service: promotion.service, tag: promotion.release?.tag };
  const request = readJson(Request, text);
  return request === undefined ? null : { repository: null, ...request };
}

export function concernsService(input: ExecutionInput | null, { name, repository }: Pick<Service, 'name' | 'repository'>): boolean {
  if (input === null) return false;
  if (input.repository === null) return input.service === name;
  return input.repository.registry === repository.registry && input.repository.name === repository.name;
}

/** The command that starts anew what an execution was started for; words in capitals are for a person to fill in. */
export function deployCommand(input: ExecutionInput | null, service: string | null, stage: string): string {
  const { tag, digest, environment, target } = input ?? {};
  const image = tag === undefined && digest !== undefined ? `--digest ${digest}` : `--tag ${tag ?? 'TAG'}`;
  const where = [...(environment === undefined ? [] : [`--environment ${environment}`]), ...(target === undefined ? [] : [`--target ${target}`])];
  return ['slipway deploy', input?.service ?? service ?? 'SERVICE', image, ...where, `--stage ${stage}`].join(' ');
}
