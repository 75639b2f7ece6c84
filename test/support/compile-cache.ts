import module from 'node:module';
import { fileURLToPath } from 'node:url';

// The functions of a world are compiled once in each process of the tests, not once in each world.
module.enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/slipway', import.meta.url)));
