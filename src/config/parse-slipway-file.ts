import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigurationError } from '../domain/errors.ts';
import type { Service } from '../domain/service.ts';
import { issueMessage } from './issue-message.ts';
import type { Problem } from './problem.ts';
import { type Bounds, resolveServices } from './resolve-services.ts';
import { SlipwayFile } from './slipway-file.ts';

/** What `slipway apply` writes. */
export type AppliedFile = { readonly owner: string; readonly services: readonly Service[] };

/**
 * Reads `slipway.yaml`: syntax, schema, references and the stack's bounds.
 * @throws ConfigurationError with one line per problem, each with its line, its key and the reason
 */
export function parseSlipwayFile(text: string, file: string, bounds: Bounds): AppliedFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const syntax = document.errors[0];
  if (syntax !== undefined) throw new ConfigurationError(`${file}:${lines.linePos(syntax.pos[0]).line}: ${syntax.message}`);
  const parsed = SlipwayFile.safeParse(valueOf(document, file), { error: issueMessage });
  if (!parsed.success) throw report(problemsOf(parsed.error.issues), { document, lines, file });
  const { services, problems } = resolveServices(parsed.data, bounds);
  if (problems.length > 0) throw report(problems, { document, lines, file });
  return { owner: parsed.data.owner, services };
}

/** An alias that leads nowhere, or to very much, shows only here. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new ConfigurationError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Source = { readonly document: Document; readonly lines: LineCounter; readonly file: string };

function report(problems: readonly Problem[], source: Source): ConfigurationError {
  return new ConfigurationError(problems.map(({ path, message }) => `${source.file}:${lineOf(path, source)}: ${path.join('.') || 'the file'}: ${message}`).join('\n'));
}

/** Line of the key, or of its nearest parent that is there. */
function lineOf(path: readonly PropertyKey[], { document, lines }: Source): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === part) : undefined;
    const item: unknown = isSeq(node) ? node.items[Number(part)] : pair?.key;
    if (!isNode(item) || !item.range) break;
    offset = item.range[0];
    node = pair === undefined ? item : pair.value;
  }
  return lines.linePos(offset).line;
}

/** One problem per unknown key, at the key itself; what is wrong with a name, in the words of the name's own schema. */
function problemsOf(issues: readonly z.core.$ZodIssue[]): readonly Problem[] {
  return issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...issue.path, key], message: 'is not a key that slipway knows here' }));
    if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: issue.path, message }));
    return [issue];
  });
}
