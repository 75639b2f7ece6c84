import { globMatches } from '../glob.ts';
import type { Project } from './manifests.ts';

/** Whether a subject's policies (`p, subject, resource, action, object, effect`) allow it. One deny outweighs every allow. */
export function isAllowed(projects: Iterable<Project>, subject: string, resource: string, action: string, object: string): boolean {
  const effects = [...projects]
    .flatMap((project) => rolePolicies(project))
    .filter((policy) => policy.subject === subject && globMatches(policy.resource, resource) && globMatches(policy.action, action) && globMatches(policy.object, object))
    .map(({ effect }) => effect);
  return effects.includes('allow') && !effects.includes('deny');
}

/** The policies of a project's roles. @throws for a line that Argo CD would not accept */
export function rolePolicies({ name, spec }: Project) {
  return (spec.roles ?? []).flatMap((role) =>
    role.policies.map((line) => {
      const [kind, subject = '', resource = '', action = '', object = '', effect = '', ...rest] = line.split(',').map((part) => part.trim());
      const valid = kind === 'p' && subject === `proj:${name}:${role.name}` && object.startsWith(`${name}/`) && ['allow', 'deny'].includes(effect) && rest.length === 0;
      if (!valid) throw new Error(`The policy "${line}" of role ${role.name} in AppProject ${name} is not one that Argo CD accepts: write p, proj:${name}:${role.name}, RESOURCE, ACTION, ${name}/*, allow.`);
      return { subject, resource, action, object, effect };
    }),
  );
}
