/** What is measured by itself: the same world for every contender. */
export type LabConfiguration = {
  /** Whether the Applications sync by themselves once they have been compared with Git. */
  readonly autoSync: boolean;
  /** Applications that one release goes to; they share the values file. */
  readonly targets: number;
  /** In the config repository. */
  readonly files: number;
  /** `cold`: every function is new in each round. Slipway alone has such a thing; the others run as in `warm`. */
  readonly start: 'warm' | 'cold';
};

export type Choice = {
  readonly autoSync: readonly boolean[];
  readonly targets: readonly number[];
  readonly files: readonly number[];
  readonly start: readonly LabConfiguration['start'][];
};

export const EVERYTHING: Choice = { autoSync: [false, true], targets: [1, 10, 40], files: [10, 20_000], start: ['warm', 'cold'] };

/** The one that the report begins with: its figures stand for the run. */
export const HEADLINE: LabConfiguration = { autoSync: false, targets: 1, files: 10, start: 'warm' };

/** All combinations of a choice, but those that tell nothing new: cold ones with many targets or a great repository. */
export function configurationsOf({ autoSync, targets, files, start }: Choice): readonly LabConfiguration[] {
  const all = start.flatMap((begin) => targets.flatMap((count) => files.flatMap((size) => autoSync.map((on) => ({ autoSync: on, targets: count, files: size, start: begin })))));
  const [fewest, smallest] = [Math.min(...targets), Math.min(...files)];
  return all.filter((one) => one.start === 'warm' || (one.targets === fewest && one.files === smallest));
}

/** As `1 target, 10 files, auto-sync off, warm`. */
export function describeConfiguration({ autoSync, targets, files, start }: LabConfiguration): string {
  return `${targets} ${targets === 1 ? 'target' : 'targets'}, ${files.toLocaleString('en')} files, auto-sync ${autoSync ? 'on' : 'off'}, ${start}`;
}
