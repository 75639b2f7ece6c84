/** What a template of a commit message may name, each in braces. */
export const PLACEHOLDERS = ['action', 'service', 'environment', 'target', 'tag', 'digest', 'image', 'previous', 'execution', 'link'] as const;

export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Null for what there is none of, as the previous release of a target that has had none. */
export type PlaceholderValues = Readonly<Record<Placeholder, string | null>>;

export const DEFAULT_SUBJECT = '{action}({environment}): {service} {tag}';

export const DEFAULT_BODY = ['Release: {image}', 'Digest: {digest}', 'Target: {environment}/{target}', 'Previous release: {previous}', 'Execution: {link}'].join('\n');

/** Trailers of Slipway's own, by which it knows its commits. */
const OWN_TRAILER = /^Slipway-/i;

const NAMED = /\{([^{}]*)\}/g;

/** Fills in what a template names. A line that names what there is none of is left out. */
export function fillTemplate(template: string, values: PlaceholderValues): string {
  const lines = template.split('\n').filter((line) => namesIn(line).every((name) => !isPlaceholder(name) || values[name] !== null));
  return lines.map((line) => line.replace(NAMED, (source, name: string) => (isPlaceholder(name) ? String(values[name]) : source))).join('\n');
}

/** What is wrong with a template, as a predicate whose subject is its key; null for a good one. */
export function templateProblem(template: string, part: 'subject' | 'body'): string | null {
  if (part === 'subject' && template.trim() === '') return 'is empty; leave it out, or write a line';
  if (part === 'subject' && /[\r\n]/.test(template.trimEnd())) return 'is one line; write the rest under body';
  for (const [index, line] of template.trimEnd().split('\n').entries()) {
    const problem = lineProblem(line, part);
    if (problem !== null) return part === 'subject' ? problem : `${problem} (line ${index + 1} of the body)`;
  }
  return null;
}

function lineProblem(line: string, part: 'subject' | 'body'): string | null {
  const unknown = namesIn(line).find((name) => !isPlaceholder(name));
  if (unknown !== undefined) return `names {${unknown}}, which slipway does not know; there is ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`;
  if (part === 'subject' && namesIn(line).includes('previous')) return 'names {previous}, which the first release of a target does not have; write it under body';
  if (OWN_TRAILER.test(line)) return `begins a line with ${line.split(/[:\s]/, 1)[0]}; slipway adds its trailers itself, so write another word`;
  return /\p{Cc}/u.test(line) ? 'holds a control character; remove it' : null;
}

function namesIn(line: string): readonly string[] {
  return [...line.matchAll(NAMED)].map(([, name = '']) => name);
}

function isPlaceholder(name: string): name is Placeholder {
  return PLACEHOLDERS.some((known) => known === name);
}
