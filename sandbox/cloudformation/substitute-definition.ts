import { AwsError } from '../aws/service.ts';

/** Fills the `${Name}` placeholders of a state machine's definition. @throws AwsError naming a placeholder that nothing fills, or a value without place */
export function substituteDefinition(definition: unknown, substitutions: Readonly<Record<string, string>>): unknown {
  const used = new Set<string>();
  const filled = fill(definition, (name) => {
    const value = Object.hasOwn(substitutions, name) ? substitutions[name] : undefined;
    if (value === undefined) throw new AwsError('ValidationError', `DefinitionSubstitutions has no value for the placeholder ${name}`);
    used.add(name);
    return value;
  });
  const idle = Object.keys(substitutions).find((name) => !used.has(name));
  if (idle !== undefined) throw new AwsError('ValidationError', `the definition has no placeholder for ${idle} of DefinitionSubstitutions`);
  return filled;
}

function fill(value: unknown, substitute: (name: string) => string): unknown {
  if (typeof value === 'string') return value.replace(/\$\{([A-Za-z0-9_]+)\}/g, (_all, name: string) => substitute(name));
  if (Array.isArray(value)) return value.map((item) => fill(item, substitute));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, substitute)]));
}
