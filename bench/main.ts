import { PACKAGE_FOLDER, packageStack } from '../cli/sandbox/package-stack.ts';
import { measureFaults, renderFaults } from './faults/fault-figures.ts';
import { FAULTS_USAGE, parseFaultOptions } from './faults/options.ts';
import { renderGit } from './git/git-table.ts';
import { measureGit } from './git/measure-git.ts';
import { GIT_USAGE, parseGitOptions } from './git/options.ts';
import { measureLab } from './lab/measure-lab.ts';
import { renderLab } from './lab/lab-table.ts';
import { LAB_USAGE, parseLabOptions } from './lab/options.ts';
import { describeMachine } from './machine.ts';
import { measureSandbox, parseSandboxCounts } from './measure-sandbox.ts';
import { STAGE } from './measured-world.ts';
import { renderReport } from './table.ts';
import { measureUpdater } from './updater/measure-updater.ts';
import { parseUpdaterOptions, UPDATER_USAGE } from './updater/options.ts';
import { renderUpdater } from './updater/updater-table.ts';

const USAGE = `Usage: npm run --silent bench -- sandbox [--json] [--deployments <count>] [--commits <count>]
       ${FAULTS_USAGE}
       ${LAB_USAGE}
       ${UPDATER_USAGE}
       ${GIT_USAGE}`;

/** Progress goes to standard error, so that standard output holds the report alone. */
const tell = (text: string): void => console.error(text);

/** What is printed: one JSON object, or a report for people. */
type Measured = { readonly json: object; readonly text: () => string };

/** Reads the arguments after its name, and measures once they are known to be right. @throws with what is wrong in them */
type Subject = (args: readonly string[]) => { readonly json: boolean; readonly measure: () => Promise<Measured> };

const SUBJECTS: Readonly<Record<string, Subject>> = { sandbox, faults, lab, updater, git };

function sandbox(args: readonly string[]): ReturnType<Subject> {
  const counts = parseSandboxCounts(args);
  return {
    json: counts.json,
    async measure() {
      const report = await measureSandbox(counts, tell);
      return { json: report, text: () => renderReport(report) };
    },
  };
}

function faults(args: readonly string[]): ReturnType<Subject> {
  const { json, ...choice } = parseFaultOptions(args);
  return {
    json,
    async measure() {
      tell('packaging the stack');
      await packageStack(STAGE);
      const report = await measureFaults(choice, tell);
      return { json: report.figures, text: () => renderFaults(report) };
    },
  };
}

function lab(args: readonly string[]): ReturnType<Subject> {
  const { json, choice, rounds } = parseLabOptions(args);
  return {
    json,
    async measure() {
      const report = await measureLab({ ...(await packaged()), choice, rounds, tell });
      return { json: report, text: () => renderLab(report) };
    },
  };
}

function updater(args: readonly string[]): ReturnType<Subject> {
  const { json, ...options } = parseUpdaterOptions(args);
  return {
    json,
    async measure() {
      const report = await measureUpdater({ ...(await packaged()), ...options, tell });
      return { json: report, text: () => renderUpdater(report) };
    },
  };
}

function git(args: readonly string[]): ReturnType<Subject> {
  const options = parseGitOptions(args);
  return {
    json: options.json,
    async measure() {
      const report = await measureGit(options, tell);
      return { json: report, text: () => renderGit(report) };
    },
  };
}

/** The machine as it was before anything was done, and the packaged stack. */
async function packaged() {
  const machine = describeMachine();
  if (machine.warning !== null) tell(machine.warning);
  tell('packaging the stack');
  await packageStack(STAGE);
  return { machine, packageFolder: PACKAGE_FOLDER, stage: STAGE };
}

/** Null for wrong usage, which is explained. */
function readArguments([name = '', ...args]: readonly string[]): ReturnType<Subject> | null {
  try {
    const subject = SUBJECTS[name];
    if (subject !== undefined) return subject(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  console.error(USAGE);
  return null;
}

const wanted = readArguments(process.argv.slice(2));
if (wanted === null) {
  process.exitCode = 2;
} else {
  // What was started ends with the process.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
  try {
    const { json, text } = await wanted.measure();
    console.log(wanted.json ? JSON.stringify(json) : text());
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    // Helpers that wait for questions would keep it alive; they end with it.
    process.exit(1);
  }
}
