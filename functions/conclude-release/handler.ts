import * as z from 'zod/mini';
import { concludeRelease } from '../../src/steps/conclude-release.ts';
import { defineHandler } from '../define-handler.ts';

export const handler = defineHandler(concludeRelease, z.object({}), () => ({}));
