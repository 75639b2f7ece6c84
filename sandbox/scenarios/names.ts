/** What `slipway sandbox --scenario` can show. */
export const SCENARIO_NAMES = ['happy', 'already-deployed', 'image-pull', 'crash-loop', 'never-ready', 'git-race'] as const;

export type ScenarioName = (typeof SCENARIO_NAMES)[number];
