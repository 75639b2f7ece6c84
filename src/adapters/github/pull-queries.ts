/** Documents of GraphQL about pull requests. Values are never part of them: they come as variables. */

const PULL = `fragment Pull on PullRequest {
  id number url state headRefOid mergedAt closedAt isCrossRepository
  mergedBy { login }
  autoMergeRequest { enabledAt }
  timelineItems(itemTypes: [CLOSED_EVENT], last: 1) { nodes { ... on ClosedEvent { actor { login } } } }
}`;

/** The head branch with its open pull request, and the base as it is then. */
export const FIND_QUERY = `query Find($owner: String!, $name: String!, $head: String!, $headRef: String!, $base: String!, $baseRef: String!) {
  repository(owner: $owner, name: $name) {
    id
    head: ref(qualifiedName: $headRef) { target { oid } }
    base: ref(qualifiedName: $baseRef) { target { oid } }
    pullRequests(headRefName: $head, baseRefName: $base, states: [OPEN], first: 20) { nodes { ...Pull } }
  }
}
${PULL}`;

export const LOOK_QUERY = `query Look($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { viewerDefaultMergeMethod pullRequest(number: $number) { ...Pull } }
}
${PULL}`;

export const RIGHTS_QUERY = 'query Rights($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { viewerPermission } }';

/** A branch of its own for the commit, since GitHub makes none without a branch; one that is there is put onto the base. */
export const ASIDE_MUTATION = `mutation Aside($refs: UpdateRefsInput!, $commit: CreateCommitOnBranchInput!) {
  updateRefs(input: $refs) { clientMutationId }
  createCommitOnBranch(input: $commit) { commit { oid } }
}`;

/** Moves branches as one compare-and-swap: all or none. */
export const MOVE_MUTATION = 'mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }';

export const OPEN_MUTATION = `mutation Open($input: CreatePullRequestInput!) { createPullRequest(input: $input) { pullRequest { ...Pull } } }
${PULL}`;

export const UPDATE_MUTATION = `mutation Update($input: UpdatePullRequestInput!) { updatePullRequest(input: $input) { pullRequest { ...Pull } } }
${PULL}`;

export const CLOSE_MUTATION = 'mutation Close($input: ClosePullRequestInput!) { closePullRequest(input: $input) { clientMutationId } }';

export const AUTO_MERGE_MUTATION = 'mutation AutoMerge($input: EnablePullRequestAutoMergeInput!) { enablePullRequestAutoMerge(input: $input) { clientMutationId } }';

export const MERGE_MUTATION = 'mutation Merge($input: MergePullRequestInput!) { mergePullRequest(input: $input) { clientMutationId } }';
