/** Files of each service: its values for one environment after the other. */
const FILES_PER_SERVICE = 10;

/** The one that commits change, at the same depth whatever the size. */
export const EDITED_FILE = 'services/service-00001/env-01.yaml';

/** A config repository of many teams: under one folder one for each service, in it a values file for each environment. */
export function configRepository(files: number, folder = 'services'): Record<string, string> {
  const numbers = Array.from({ length: files }, (_, index) => index);
  return Object.fromEntries(numbers.map((number) => [`${folder}/${pathOf(number)}`, valuesOf(number)]));
}

function pathOf(number: number): string {
  const service = String(Math.floor(number / FILES_PER_SERVICE) + 1).padStart(5, '0');
  const environment = String((number % FILES_PER_SERVICE) + 1).padStart(2, '0');
  return `service-${service}/env-${environment}.yaml`;
}

/** Each file differs, so that git stores each. */
function valuesOf(number: number): string {
  return `# Values ${number}
replicaCount: ${1 + (number % 5)}

image:
  repository: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service
  tag: "1.0.0" # the release

resources:
  requests:
    cpu: ${100 + number}m
    memory: 256Mi
`;
}
