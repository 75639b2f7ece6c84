/** A document of GraphQL. Values are never part of it: they come as variables. */

/** Head of a branch, or a commit by its id, with `count` files in it. */
export function readQuery(from: 'branch' | 'revision', count: number): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const variables = ['$owner: String!', '$name: String!', ...(from === 'branch' ? ['$ref: String!'] : ['$oid: GitObjectID!']), ...indexes.map((index) => `$path${index}: String!`)];
  const start = from === 'branch' ? 'defaultBranchRef { name } ref(qualifiedName: $ref) { name target { ...Read } }' : 'object(oid: $oid) { ...Read }';
  const files = indexes.map((index) => `file${index}: file(path: $path${index}) { ...File }`).join(' ');
  return [
    `query Read(${variables.join(', ')}) { repository(owner: $owner, name: $name) { ${start} } }`,
    `fragment Read on Commit { oid message ${files} }`,
    ...(count === 0 ? [] : ['fragment File on TreeEntry { type mode oid object { ... on Blob { text isTruncated } } }']),
  ].join('\n');
}

/** Commits as a compare-and-swap on the head; GitHub signs what comes out. */
export const COMMIT_MUTATION = 'mutation Commit($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }';
