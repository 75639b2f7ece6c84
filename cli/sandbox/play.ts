import { EXIT } from '../exit.ts';
import { describeReport } from '../output/report.ts';
import { lookOf } from '../output/terminal.ts';
import type { ExecutionReport } from '../report.ts';
import type { Scene } from './scene.ts';

/** How a scenario went. */
export type Told = {
  readonly code: number;
  /** For people. */
  readonly text: string;
  /** For `--json`: the summary of the deployment that the scenario is about, and what the scenario adds. */
  readonly json: object;
};

/** What happens in a scenario once its world stands. */
export type Play = (scene: Scene) => Promise<Told>;

/** A scenario that ends with one deployment: succeeded is success. */
export function toldOf(report: ExecutionReport, added: { readonly json?: object; readonly text?: string } = {}): Told {
  const text = describeReport(report, lookOf(process.stdout));
  return {
    code: report.summary.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed,
    text: added.text === undefined ? text : `${text}\n\n\n${added.text}`,
    json: { ...report.summary, ...added.json },
  };
}
