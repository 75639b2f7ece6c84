import { describe, expect, it } from 'vitest';
import { carriesRelease } from '../../../src/domain/covers.ts';
import { applyEdits, takeBack } from '../../../src/domain/edits.ts';
import type { Edit } from '../../../src/domain/service.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { anEdit } from '../../support/service.ts';

const PREVIOUS = aRelease({ registry: 'r.example', repository: 'team/web', tag: '1.0.0', digest: aDigest('0') });
const RELEASE = aRelease({ registry: 'r.example', repository: 'team/web', tag: '1.1.0', digest: aDigest('1') });

const edit = (file: string, path: string, value: Edit['value']): Edit => anEdit({ file, path, value });

type Shape = { readonly edits: readonly Edit[]; /** Files as they are with PREVIOUS. */ readonly files: Readonly<Record<string, string>> };

const SHAPES: Readonly<Record<string, Shape>> = {
  'Helm values': {
    edits: [edit('values.yaml', 'image.tag', 'tag'), edit('values.yaml', 'image.digest', 'digest')],
    files: { 'values.yaml': `image:\r\n  repository: team/web\r\n  tag: '1.0.0' # ours\r\n  digest: ${PREVIOUS.digest}\r\n` },
  },
  'Helm values of an umbrella chart': {
    edits: [edit('values.yaml', '["web.api"].global.image', 'repository:tag@digest')],
    files: { 'values.yaml': `web.api: {global: {image: "r.example/team/web:1.0.0@${PREVIOUS.digest}"}}\n` },
  },
  'images of a kustomization.yaml, by name': {
    edits: [edit('kustomization.yaml', 'images[name=web].newTag', 'tag'), edit('kustomization.yaml', 'images[name=web].digest', 'digest'), edit('kustomization.yaml', 'images[name=web].newName', { literal: 'r.example/team/web' })],
    files: {
      'kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../base]\nimages:\n  - name: sidecar\n    newTag: 1.0.0\n  - name: web # ours\n    newName: r.example/team/web\n    newTag: 1.0.0\n    digest: ${PREVIOUS.digest}\n`,
    },
  },
  'a plain manifest of several documents': {
    edits: [edit('web.yaml', '[kind=Deployment].spec.template.spec.containers[name=web].image', 'repository@digest'), edit('web.yaml', '[kind=Deployment].metadata.annotations["app.kubernetes.io/version"]', 'tag')],
    files: {
      'web.yaml': `# both\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  annotations:\n    app.kubernetes.io/version: "1.0.0"\nspec:\n  template:\n    spec:\n      containers:\n      - image: r.example/proxy:1\n        name: proxy\n      - image: r.example/team/web@${PREVIOUS.digest}\n        name: web\n---\n`,
    },
  },
  "an Application's Helm parameters": {
    edits: [edit('app.yaml', 'spec.source.helm.parameters[name=image.tag].value', 'tag'), edit('app.yaml', 'spec.source.helm.parameters[name=image.digest].value', 'digest')],
    files: {
      'app.yaml': `kind: Application\nspec:\n  source:\n    helm:\n      parameters:\n      - name: image.tag\n        value: "1.0.0"\n        forceString: true\n      - {name: image.digest, value: "${PREVIOUS.digest}"}\n`,
    },
  },
  "an Application's valuesObject, in one of several sources": {
    edits: [edit('app.yaml', 'spec.sources[chart=web].helm.valuesObject.image.tag', 'tag'), edit('app.yaml', 'spec.sources[chart=web].helm.valuesObject.image.digest', 'digest')],
    files: { 'app.yaml': `kind: Application\nspec:\n  sources:\n  - chart: web\n    helm:\n      valuesObject:\n        image:\n          tag: "1.0.0"\n          digest: "${PREVIOUS.digest}"\n  - ref: values\n` },
  },
  'several files': {
    edits: [edit('a.yaml', 'image', 'repository:tag'), edit('b.yaml', '[1].digest', 'digest'), edit('c.json', 'web.tag', 'tag')],
    files: { 'a.yaml': 'image: r.example/team/web:1.0.0', 'b.yaml': `x: 1\n---\n- y\n---\n`.replace('- y', `digest: ${PREVIOUS.digest}`), 'c.json': '{\n\t"web": {"tag": "1.0.0"}\n}\n' },
  },
};

describe.each(Object.entries(SHAPES))('%s', (_name, { edits, files }) => {
  /** Tags and digests stand nowhere but where an edit puts them, or behind the name of another. */
  const wanted = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, text.replaceAll(PREVIOUS.digest, RELEASE.digest).replaceAll(/(?<!sidecar\n {4}newTag: )1\.0\.0/g, '1.1.0')]));
  const whole = (changed: Readonly<Record<string, string>>): Readonly<Record<string, string>> => ({ ...files, ...changed });

  it('is edited where the image stands, and nowhere else', () => {
    expect(whole(applyEdits(files, edits, RELEASE).files)).toEqual(wanted);
  });

  it('carries the release from then on, and not before', () => {
    expect([carriesRelease(files, edits, PREVIOUS), carriesRelease(files, edits, RELEASE)]).toEqual([true, false]);
    expect([carriesRelease(wanted, edits, PREVIOUS), carriesRelease(wanted, edits, RELEASE)]).toEqual([false, true]);
  });

  it('is not edited twice', () => {
    expect(applyEdits(wanted, edits, RELEASE)).toEqual({ files: {}, changes: [] });
  });

  it('goes back byte by byte', () => {
    const taken = takeBack(wanted, edits, { failed: RELEASE, previous: PREVIOUS });
    expect('files' in taken && { ...wanted, ...taken.files }).toEqual(files);
  });

  it('does not go back once somebody has changed one of its scalars', () => {
    const [last] = edits.toReversed();
    if (last === undefined) throw new Error('The shape has no edit.');
    const changed = applyEdits(wanted, [{ ...last, value: { literal: 'by hand' } }], RELEASE).files;
    expect(takeBack({ ...wanted, ...changed }, edits, { failed: RELEASE, previous: PREVIOUS })).toEqual({ changed: last });
  });
});
