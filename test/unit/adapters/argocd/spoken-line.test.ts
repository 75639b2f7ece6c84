import { describe, expect, it } from 'vitest';
import { spokenLine } from '../../../../src/adapters/argocd/spoken-line.ts';

/** As Argo CD 3.5 gives it in a ComparisonError. */
const COMMAND = 'helm template . --name-template inference-dev --namespace inference --kube-version 1.36.3 --values <path to cached source>/charts/inference-service/values.yaml --values <path to cached source>/envs/dev/nosuch.yaml <api versions removed> --include-crds';
const FAILED = `Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to execute helm template command: failed running helm: \`${COMMAND}\` failed exit status 1: Error: open <path to cached source>/envs/dev/nosuch.yaml: no such file or directory`;

describe('spokenLine', () => {
  it('keeps what Helm said, which comes after a command of many words', () => {
    expect(spokenLine(FAILED)).toMatch(/failed running helm: `helm template` failed exit status 1: Error: open <path to cached source>\/envs\/dev\/nosuch\.yaml: no such file or directory$/);
  });

  it('is one line of what is said otherwise', () => {
    expect(spokenLine('one or more objects failed to apply:\n  denied')).toBe('one or more objects failed to apply: denied');
  });
});
