import { type Document, isMap, isScalar, isSeq, type Pair, parseAllDocuments, type ParsedNode, type YAMLMap } from 'yaml';
import { formatItem, type Selector, type ValuesPath } from './values-path.ts';

/** Why a scalar cannot be edited, and where in the text. */
export type Refusal = { readonly refused: string; readonly offset: number };

export type ParsedDocument = Document.Parsed;
export type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

/** Parses a file, with the positions of its tokens. Documents at the end that hold nothing, as after a last `---`, don't count. */
export function parseValues(text: string): readonly ParsedDocument[] | Refusal {
  const documents: readonly ParsedDocument[] = parseAllDocuments(text, { keepSourceTokens: true, uniqueKeys: true, logLevel: 'silent' });
  const error = documents.flatMap(({ errors }) => errors).toSorted((a, b) => a.pos[0] - b.pos[0])[0];
  if (error !== undefined) return { refused: syntaxProblem(text, error), offset: error.pos[0] };
  const last = documents.findLastIndex(({ contents }) => !isEmpty(contents));
  return documents.slice(0, last + 1);
}

/** Nothing between two document marks, not even an anchor. */
function isEmpty(contents: ParsedNode | null): boolean {
  return isScalar(contents) && contents.source === '' && contents.type === 'PLAIN' && contents.anchor === undefined;
}

type SyntaxError = ParsedDocument['errors'][number];

function syntaxProblem(text: string, { code, message, pos: [offset] }: SyntaxError): string {
  if (code === 'DUPLICATE_KEY') return `the key ${text.slice(offset).replace(/^("[^"\n]*"|'[^'\n]*'|[^\s:]+)[^]*/, '$1')} stands here a second time; keep one`;
  if (/^ *\t/.test(text.slice(text.lastIndexOf('\n', offset - 1) + 1))) return 'the line is indented with a tab, which YAML does not allow; indent it with blanks';
  if (text.includes('{{')) return `the file is not valid YAML: ${firstLine(message)}; if it is a template ({{ … }}), name the file that the template takes its values from`;
  return `the file is not valid YAML: ${firstLine(message)}; correct it`;
}

/** The parser appends the position and an excerpt, which the caller gives as line and column. */
function firstLine(message: string): string {
  return message.replace(/ at line \d+, column \d+:[^]*$/, '').replace(/\n[^]*$/, '');
}

/** The document that a path leads into, and the steps from its root on. */
export type Entrance = { readonly document: ParsedDocument; readonly path: ValuesPath };

/** A file of several documents is a list of them. In a file of one, a selector may name it, too. */
export function enterDocument(documents: readonly ParsedDocument[], path: ValuesPath): Entrance | Refusal {
  const [first, ...rest] = path;
  const [only, second] = documents;
  if (only === undefined) return { refused: 'the file is empty; write the key, or ask for it by create: true', offset: 0 };
  if (typeof first === 'object' && (second !== undefined || !isSeq(only.contents))) return chooseDocument(documents, first, rest);
  if (second === undefined) return { document: only, path };
  const chosen = typeof first === 'number' ? documents[first] : undefined;
  if (chosen !== undefined) return { document: chosen, path: rest };
  const offset = second.range[0];
  if (typeof first === 'number') return { refused: `the file holds ${documents.length} documents, so none at [${first}]`, offset };
  return { refused: `the file holds ${documents.length} documents; begin the path with the one that is meant, as [kind=Deployment] or [0], and remember that Helm reads the first alone`, offset };
}

function chooseDocument(documents: readonly ParsedDocument[], selector: Selector, path: ValuesPath): Entrance | Refusal {
  const [document, twin] = documents.filter(({ contents }) => meets(contents, selector));
  const where = documents.length === 1 ? 'the document does not have' : `none of the ${documents.length} documents has`;
  if (document === undefined) return { refused: `${where} ${formatItem(selector)}; correct the path`, offset: 0 };
  if (twin !== undefined) return { refused: `several documents have ${formatItem(selector)}; name what tells them apart, as [kind=Deployment,metadata.name=web]`, offset: twin.range[0] };
  return { document, path };
}

/** Whether a map has the value of each condition, as written in it: not by an alias, not inherited. */
export function meets(node: unknown, selector: Selector): boolean {
  return selector.every(({ key, is }) => {
    let found = node;
    for (const name of key) found = isMap(found) ? ownPairs(found as YAMLMap.Parsed, name)[0]?.value : undefined;
    return isScalar(found) && found.source === is;
  });
}

/** Pairs whose key is written so: `8080:` is found by `8080`. */
export function ownPairs(map: YAMLMap.Parsed, name: string): readonly ParsedPair[] {
  return map.items.filter(({ key }) => isScalar(key) && key.source === name);
}
