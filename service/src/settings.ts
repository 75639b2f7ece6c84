import { fileURLToPath } from 'node:url';

/** What can be made to go wrong on purpose, so that a rollout fails and is seen to fail. All are off by default. */
export interface Faults {
  /** Seconds that pass before the model is loaded. */
  readonly startDelay: number;
  /** The service never becomes ready. */
  readonly neverReady: boolean;
  /** Seconds after the start at which the process ends with status 1; null for never. */
  readonly crashAfter: number | null;
  /** Share of predictions that are answered with 500, from 0 to 1. */
  readonly errorRate: number;
}

export interface Settings {
  readonly host: string;
  /** 0 for any free port; the log says which. */
  readonly port: number;
  /** What runs here, as the image's build and its Deployment say. */
  readonly imageTag: string;
  readonly commit: string;
  readonly modelName: string;
  readonly modelAlias: string;
  /** A folder, or the URL of an MLflow tracking server. */
  readonly modelSource: string;
  /** The bearer token for MLflow; null where it asks for none. */
  readonly modelToken: string | null;
  /** The request header that names another alias, in lower case; null when no request may choose. */
  readonly aliasHeader: string | null;
  /** Seconds between SIGTERM and the end of accepting connections, in which readiness is false already. */
  readonly shutdownDelay: number;
  readonly faults: Faults;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings from the environment, an empty value counting as none. Throws an error that names the variable which is wrong. */
export function readSettings(environment: Environment): Settings {
  const text = (name: string, otherwise: string) => environment[name] || otherwise;
  const number = (name: string, otherwise: number, range: Range) => readNumber(name, text(name, String(otherwise)), range);
  return {
    host: text('HOST', '127.0.0.1'),
    port: number('PORT', 8080, { max: 65_535, whole: true }),
    imageTag: text('IMAGE_TAG', 'unknown'),
    commit: text('GIT_COMMIT', 'unknown'),
    modelName: text('MODEL_NAME', 'iris'),
    modelAlias: text('MODEL_ALIAS', 'champion'),
    modelSource: text('MODEL_SOURCE', fileURLToPath(new URL('../model', import.meta.url))),
    modelToken: environment['MLFLOW_TRACKING_TOKEN'] || null,
    aliasHeader: environment['MODEL_ALIAS_HEADER']?.toLowerCase() || null,
    shutdownDelay: number('SHUTDOWN_DELAY_SECONDS', 0, { max: 600 }),
    faults: {
      startDelay: number('FAULT_START_DELAY_SECONDS', 0, { max: 86_400 }),
      neverReady: readSwitch('FAULT_NEVER_READY', text('FAULT_NEVER_READY', 'false')),
      crashAfter: environment['FAULT_CRASH_AFTER_SECONDS'] ? number('FAULT_CRASH_AFTER_SECONDS', 0, { max: 86_400 }) : null,
      errorRate: number('FAULT_ERROR_RATE', 0, { max: 1 }),
    },
  };
}

interface Range {
  readonly max: number;
  readonly whole?: boolean;
}

function readNumber(name: string, text: string, { max, whole = false }: Range): number {
  const value = Number(text);
  const fits = text.trim() !== '' && value >= 0 && value <= max && (!whole || Number.isInteger(value));
  if (!fits) throw new Error(`${name} is '${text}'; set it to a ${whole ? 'whole ' : ''}number from 0 to ${max}.`);
  return value;
}

function readSwitch(name: string, text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new Error(`${name} is '${text}'; set it to true or false.`);
  return text === 'true';
}
