/** How the one binary of a tool group is made of its Go module. */
export type GroupRecipe = {
  /** What `go build` is given. */
  readonly package: string;
  readonly binary: string;
  /** Other names that the binary goes by; it does what the name says. */
  readonly commands?: readonly string[];
  readonly tags?: readonly string[];
  /** Whether a C compiler is needed. */
  readonly cgo?: boolean;
  /** Variables that the linker sets to what go.mod says of a module, without the leading v. */
  readonly linkedVersion?: { readonly module: string; readonly variables: (version: string) => Readonly<Record<string, string>> };
  readonly edits?: readonly SourceEdit[];
  readonly additions?: readonly SourceAddition[];
  readonly share?: readonly SharedFiles[];
  /** About how long the first build takes on two cores, with its downloads. */
  readonly minutes: number;
};

/** A text that occurs once in a file of a module, and what stands there in our build. */
export type SourceEdit = { readonly module: string; readonly file: string; readonly replace: string; readonly with: string };

/** A file of the group's folder that is built as a part of a module. */
export type SourceAddition = { readonly module: string; readonly file: string; readonly from: string };

/** A file or folder of a module that the tool needs at run time, copied to `share/<to>`. */
export type SharedFiles = { readonly module: string; readonly from: string; readonly to: string; readonly executable?: boolean };

/** Version that a go.mod pins a module to, without the leading v. @throws Error when it does not name the module */
export function pinnedVersion(goMod: string, module: string): string {
  const line = goMod.split('\n').map((text) => text.trim().replace(/^require\s+/, '').split(/\s+/)).find(([name]) => name === module);
  if (line?.[1] === undefined) throw new Error(`go.mod does not pin ${module}, whose version the binary is to report.`);
  return line[1].replace(/^v/, '');
}

/** Go version that a go.mod asks for at least, as `1.26.3`. */
export function requiredGo(goMod: string): string {
  return /^go (\S+)$/m.exec(goMod)?.[1] ?? '1.26.0';
}

/** Arguments of `go` that build a group, but for where the binary goes. */
export function buildArguments(recipe: GroupRecipe, goMod: string): string[] {
  const linked = recipe.linkedVersion;
  const variables = linked === undefined ? {} : linked.variables(pinnedVersion(goMod, linked.module));
  const linker = ['-s', '-w', ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  return ['build', '-trimpath', '-ldflags', linker, ...(recipe.tags === undefined ? [] : ['-tags', recipe.tags.join(',')])];
}

/** Modules that are built with changes of ours. */
export function modulesChanged({ edits = [], additions = [] }: GroupRecipe): string[] {
  return [...new Set([...edits, ...additions].map(({ module }) => module))].sort();
}

/** Modules whose files the build reads besides compiling them. */
export function modulesRead(recipe: GroupRecipe): string[] {
  return [...new Set([...modulesChanged(recipe), ...(recipe.share ?? []).map(({ module }) => module)])];
}
