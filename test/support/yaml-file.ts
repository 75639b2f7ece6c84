import fc from 'fast-check';

/** A generated file with one place that a path leads to, and what stands before and after it. */
export type YamlFile = {
  readonly text: string;
  readonly path: string;
  /** The document's index, then keys and indexes down to the place. */
  readonly steps: readonly (string | number)[];
  readonly before: string;
  readonly after: string;
};

type Leaf = { readonly kind: 'leaf'; readonly source: string; readonly comment: string };
type Block = { readonly kind: 'block'; readonly header: string; readonly lines: readonly string[] };
type Entries = { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly flow: boolean };
type Items = { readonly kind: 'list'; readonly items: readonly Tree[]; readonly flow: boolean; readonly indented: boolean };
type Tree = Leaf | Block | Entries | Items;
type Entry = { readonly key: string; readonly above: string; readonly value: Tree };

const comments = fc.constantFrom('', '', '  # ours', ' # a: {b', '\t# tab');
const sources = fc.constantFrom('v1', 'two words', "'it''s'", '"a\\tb"', '', '', '~', '1.10', 'yes', '&NAME v1', '!!str v1', '""', 'r.example/web:v1');
const leaves: fc.Arbitrary<Leaf> = fc.record({ kind: fc.constant('leaf' as const), source: sources, comment: comments });
const blocks: fc.Arbitrary<Block> = fc.record({ kind: fc.constant('block' as const), header: fc.constantFrom('|', '|-', '|+', '>', '>-'), lines: fc.array(fc.constantFrom('text', '  deeper', '# no comment', 'a: b', ''), { maxLength: 3 }).map((lines) => ['text', ...lines]) });
const keys = fc.constantFrom('image', 'tag', 'a-b', '"q"', 'on', '8080', 'name', 'x_y', '"k: v"', 'spec');
const above = fc.constantFrom('', '', '# above', '', '\n', '# a\n\n# b');

const trees = fc.letrec<{ tree: Tree; map: Entries; list: Items }>((tie) => ({
  tree: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaves, leaves, blocks, tie('map'), tie('map'), tie('list')),
  map: fc.record({
    kind: fc.constant('map' as const),
    flow: fc.boolean().map((flow) => flow && true),
    entries: fc.uniqueArray(fc.record({ key: keys, above, value: tie('tree') }), { minLength: 1, maxLength: 4, selector: ({ key }) => key }),
  }),
  list: fc.record({ kind: fc.constant('list' as const), flow: fc.boolean(), indented: fc.boolean(), items: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
}));

type Style = { readonly step: number; readonly ending: string; readonly bom: boolean; readonly finalNewline: boolean };
const styles: fc.Arbitrary<Style> = fc.record({ step: fc.constantFrom(1, 2, 3, 4), ending: fc.constantFrom('\n', '\r\n'), bom: fc.boolean(), finalNewline: fc.boolean() });

/** A place in a text under construction. */
type Place = { readonly kind: 'scalar' | 'map'; readonly steps: readonly (string | number)[]; readonly path: string; readonly from: number; readonly to: number };

/** Files of one or several documents with comments, blank lines, quotes, braces, anchors and blocks, and a place of that kind in each. */
export function aYamlFile(kind: Place['kind']): fc.Arbitrary<YamlFile> {
  return fc
    .tuple(fc.array(trees.map, { minLength: 1, maxLength: 3 }), styles, fc.nat())
    .map(([documents, style, choice]) => place(documents, style, kind, choice))
    .filter((file) => file !== null);
}

function place(documents: readonly Entries[], style: Style, kind: Place['kind'], choice: number): YamlFile | null {
  const writer = new Writer(style);
  writer.file(documents);
  const text = writer.text;
  const candidates = writer.places.filter((one) => one.kind === kind);
  const chosen = candidates[choice % Math.max(1, candidates.length)];
  if (chosen === undefined) return null;
  return { text, path: chosen.path, steps: chosen.steps, before: text.slice(0, chosen.from), after: text.slice(chosen.to) };
}

type Way = { readonly steps: readonly (string | number)[]; readonly path: string };

/** Writes trees as people do, and notes where each value stands. */
class Writer {
  text = '';
  readonly places: Place[] = [];
  private anchors = 0;
  private readonly style: Style;

  constructor(style: Style) {
    this.style = style;
  }

  file(documents: readonly Entries[]): void {
    if (this.style.bom) this.text = '\ufeff';
    for (const [index, document] of documents.entries()) {
      if (index > 0) this.line('---');
      const way = { steps: [index], path: documents.length === 1 ? '' : `[${index}]` };
      this.map({ ...document, flow: false }, 0, way);
    }
    if (!this.style.finalNewline && !this.endsWithBlock(documents.at(-1))) this.text = this.text.slice(0, -this.style.ending.length);
  }

  /** Without its newline, a block of text at the end would hold another text once something follows it. */
  private endsWithBlock(tree: Tree | undefined): boolean {
    if (tree === undefined || tree.kind === 'leaf') return false;
    if (tree.kind === 'block') return true;
    return this.endsWithBlock(tree.kind === 'map' ? tree.entries.at(-1)?.value : tree.items.at(-1));
  }

  private line(content: string): void {
    this.text += content + this.style.ending;
  }

  private map({ entries }: Entries, column: number, way: Way, first = ''): void {
    this.places.push({ kind: 'map', ...way, from: 0, to: 0 });
    for (const [index, { key, above: comment, value }] of entries.entries()) {
      const pad = ' '.repeat(column);
      if (comment !== '' && (index > 0 || first === '')) for (const one of comment.split('\n')) this.line(one === '' ? '' : pad + one);
      this.text += `${index === 0 && first !== '' ? first : pad}${key}:`;
      this.value(value, column, below(way, key));
    }
  }

  private value(tree: Tree, column: number, way: Way): void {
    if (tree.kind === 'leaf') return this.leaf(tree, way);
    if (tree.kind === 'block') return this.block(tree, column);
    if (tree.flow) return this.flowLine(tree, way);
    this.text += this.style.ending;
    if (tree.kind === 'map') return this.map(tree, column + this.style.step, way);
    this.list(tree, column + (tree.indented ? this.style.step : 0), way);
  }

  private leaf({ source, comment }: Leaf, way: Way): void {
    const named = source.replace('NAME', `a${(this.anchors += 1)}`);
    const [properties = ''] = /^(?:&\S+|!!str) /.exec(named) ?? [];
    const from = this.text.length;
    const start = source === '' ? from : from + 1 + properties.length;
    this.text += source === '' ? '' : ` ${named}`;
    this.places.push({ kind: 'scalar', ...way, from: start, to: this.text.length });
    this.line(comment);
  }

  private block({ header, lines }: Block, column: number): void {
    this.line(` ${header}`);
    for (const one of lines) this.line(one === '' ? '' : ' '.repeat(column + this.style.step) + one);
  }

  private list({ items }: Items, column: number, way: Way): void {
    for (const [index, item] of items.entries()) {
      const inner: Way = { steps: [...way.steps, index], path: `${way.path}[${index}]` };
      const dash = `${' '.repeat(column)}-`;
      if (item.kind === 'map' && !item.flow) this.map(item, column + 2, inner, `${dash} `);
      else {
        this.text += dash;
        this.value(item, column + 1, inner);
      }
    }
  }

  private flowLine(tree: Tree, way: Way): void {
    this.text += ' ';
    this.flow(tree, way);
    this.line('');
  }

  /** Between braces and brackets, on one line. What can't stand there is left empty or written as a word. */
  private flow(tree: Tree, way: Way): void {
    if (tree.kind === 'map') return this.flowMap(tree, way);
    if (tree.kind === 'list') return this.flowList(tree, way);
    const source = tree.kind === 'leaf' && tree.source !== '' && !tree.source.startsWith('&') && !tree.source.startsWith('!') && !tree.source.includes(':') ? tree.source : 'word';
    const from = this.text.length;
    this.text += source;
    this.places.push({ kind: 'scalar', ...way, from, to: this.text.length });
  }

  private flowMap({ entries }: Entries, way: Way): void {
    this.places.push({ kind: 'map', ...way, from: 0, to: 0 });
    this.text += '{';
    for (const [index, { key, value }] of entries.entries()) {
      this.text += `${index > 0 ? ', ' : ' '}${key}: `;
      this.flow(value, below(way, key));
    }
    this.text += ' }';
  }

  private flowList({ items }: Items, way: Way): void {
    this.text += '[';
    for (const [index, item] of items.entries()) {
      if (index > 0) this.text += ',  ';
      this.flow(item, { steps: [...way.steps, index], path: `${way.path}[${index}]` });
    }
    this.text += ']';
  }
}

function below({ steps, path }: Way, key: string): Way {
  const name = key.startsWith('"') ? key.slice(1, -1) : key;
  return { steps: [...steps, name], path: `${path}[${JSON.stringify(name)}]` };
}
