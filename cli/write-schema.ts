/** Writes the JSON Schema of `slipway.yaml`: `npm run schema`, after a change of src/config/slipway-file.ts. */
import { writeFileSync } from 'node:fs';
import { slipwaySchema } from '../src/config/slipway-schema.ts';

writeFileSync(new URL('../schema/slipway.schema.json', import.meta.url), `${JSON.stringify(slipwaySchema(), null, 2)}\n`);
