/** Every message that Slipway logs, by a code that stays the same, so that a search or an alarm can rely on it. */
export const MESSAGES = {
  SLIPWAY_STEP_STARTED: 'Step started',
  SLIPWAY_STEP_ENDED: 'Step ended',
  SLIPWAY_STEP_FAILED: 'Step could not find out what it needs',
} as const;

export type MessageCode = keyof typeof MESSAGES;
