import {
  BatchGetProjectsCommand,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";

/** How often the service is asked, in milliseconds. */
const POLL_MS = 500;

/** Waits until a project has that many builds. @returns the ids, the newest first */
export async function waitForBuilds(
  projectName: string,
  count: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const client = new CodeBuildClient({});
  try {
    for (;;) {
      const asked = new ListBuildsForProjectCommand({ projectName });
      const { ids = [] } = await client.send(asked, { abortSignal: signal });
      if (ids.length >= count) return ids;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      signal.throwIfAborted();
    }
  } finally {
    client.destroy();
  }
}

/** The variables that a project gives its builds. */
export async function projectVariables(projectName: string): Promise<Readonly<Record<string, string>>> {
  const client = new CodeBuildClient({});
  try {
    const { projects: [project] = [] } = await client.send(
      new BatchGetProjectsCommand({ names: [projectName] }),
    );
    const variables = project?.environment?.environmentVariables ?? [];
    return Object.fromEntries(variables.map(({ name = "", value = "" }) => [name, value]));
  } finally {
    client.destroy();
  }
}
