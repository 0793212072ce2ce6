/** Repository of an image URI: without registry, tag and digest. */
export function repositoryOf(uri: string): string {
  return uri
    .replace(/^[^/]+\.[^/]+\//, "")
    .replace(/@sha256:.*$/, "")
    .replace(/:[^:/]*$/, "");
}
