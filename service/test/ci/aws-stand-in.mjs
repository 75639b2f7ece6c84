#!/usr/bin/env node
// Stands in for `aws ecr` of tag-release.sh: images by tag in the file that ECR names. What it does not know ends with 2.
import { readFileSync, writeFileSync } from 'node:fs';
import { env, argv, exit, stdout, stderr } from 'node:process';

const [service, operation, ...rest] = argv.slice(2);
const options = Object.fromEntries(rest.flatMap((word, index) => (word.startsWith('--') ? [[word, rest[index + 1]]] : [])));
const images = JSON.parse(readFileSync(env.ECR, 'utf8'));
const answers = {
  'length(images)': (image) => (image ? 1 : 0),
  'images[0].imageManifest': (image) => image?.manifest ?? 'None',
  'images[0].imageManifestMediaType': (image) => image?.type ?? 'None',
  'images[0].imageId.imageDigest': (image) => image?.digest ?? 'None',
};

if (service === 'ecr' && operation === 'batch-get-image' && answers[options['--query']]) {
  stdout.write(`${answers[options['--query']](images[options['--image-ids'].replace('imageTag=', '')])}\n`);
} else if (service === 'ecr' && operation === 'put-image') {
  images[options['--image-tag']] = { manifest: options['--image-manifest'], type: options['--image-manifest-media-type'], digest: options['--image-digest'] };
  writeFileSync(env.ECR, JSON.stringify(images));
} else {
  stderr.write(`The stand-in does not know: aws ${argv.slice(2).join(' ')}\n`);
  exit(2);
}
