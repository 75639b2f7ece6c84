import { z } from 'zod';
import { SlipwayFile } from './slipway-file.ts';

/** JSON Schema of `slipway.yaml` as people write it, for editors: draft 7 is what most of them know. */
export function slipwaySchema(): object {
  return { ...z.toJSONSchema(SlipwayFile, { io: 'input', target: 'draft-7' }), title: 'slipway.yaml' };
}
