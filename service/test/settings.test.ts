import { describe, expect, it } from 'vitest';
import { readSettings } from '../src/settings.ts';

describe('readSettings', () => {
  it('serves the champion of the models that the image has when the environment says nothing', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ host: '127.0.0.1', port: 8080, modelName: 'iris', modelAlias: 'champion', aliasHeader: null, shutdownDelay: 0 });
    expect(settings.modelSource).toMatch(/\/model$/);
    expect(settings.faults).toEqual({ startDelay: 0, neverReady: false, crashAfter: null, errorRate: 0 });
  });

  it('takes an empty value for none, as a chart writes it', () => {
    expect(readSettings({ MODEL_ALIAS: '', PORT: '', FAULT_CRASH_AFTER_SECONDS: '', MODEL_ALIAS_HEADER: '' })).toEqual(readSettings({}));
  });

  it('knows a crash at once from no crash', () => {
    expect(readSettings({ FAULT_CRASH_AFTER_SECONDS: '0' }).faults.crashAfter).toBe(0);
  });

  it.each([
    ['PORT', 'http', "PORT is 'http'; set it to a whole number from 0 to 65535."],
    ['PORT', '80.5', "PORT is '80.5'; set it to a whole number from 0 to 65535."],
    ['PORT', ' ', "PORT is ' '; set it to a whole number from 0 to 65535."],
    ['SHUTDOWN_DELAY_SECONDS', '-1', "SHUTDOWN_DELAY_SECONDS is '-1'; set it to a number from 0 to 600."],
    ['FAULT_ERROR_RATE', '50%', "FAULT_ERROR_RATE is '50%'; set it to a number from 0 to 1."],
    ['FAULT_ERROR_RATE', '2', "FAULT_ERROR_RATE is '2'; set it to a number from 0 to 1."],
    ['FAULT_NEVER_READY', 'yes', "FAULT_NEVER_READY is 'yes'; set it to true or false."],
  ])('refuses %s=%s by name', (name, value, message) => {
    expect(() => readSettings({ [name]: value })).toThrow(message);
  });
});
