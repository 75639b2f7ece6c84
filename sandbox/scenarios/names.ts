/** What `slipway sandbox --scenario` can show. */
export const SCENARIO_NAMES = [
  ...['happy', 'already-deployed', 'image-pull', 'crash-loop', 'never-ready', 'git-race'] as const,
  ...['rollback', 'superseded', 'lost-event', 'argocd-down', 'hook-fails', 'approval', 'redrive', 'storm', 'service'] as const,
] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];
