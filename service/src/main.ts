import process from 'node:process';
import { pino } from 'pino';
import { readSettings, type Settings } from './settings.ts';
import { type Service, startService } from './start-service.ts';

const logger = { messageKey: 'message', base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level: string) => ({ level }) } };
const log = pino(logger);

try {
  const settings = readSettings(process.env);
  const service = await startService(settings, { logger, random: Math.random });
  stopOnSignals(service);
  log.info({ host: settings.host, port: service.port }, 'listening');
  crashOnPurpose(settings);
} catch (error) {
  log.fatal(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Kubernetes stops a pod with SIGTERM; a terminal with SIGINT. The process ends when nothing is left to do. */
function stopOnSignals(service: Service): void {
  const stop = (signal: string) => {
    log.info({ signal }, 'stopping');
    void service.stop().then(() => log.info('stopped'));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
}

function crashOnPurpose({ faults: { crashAfter } }: Settings): void {
  if (crashAfter === null) return;
  const crash = () => {
    log.fatal(`FAULT_CRASH_AFTER_SECONDS is ${crashAfter}: this end is on purpose.`);
    process.exit(1);
  };
  setTimeout(crash, crashAfter * 1000).unref();
}
