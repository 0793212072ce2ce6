import type { Finding } from "./finding.js";

/** Node.js and ffmpeg: what this machine brings. */
export async function* checkMachine(): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  yield await checkFfmpeg();
}

/** @param version such as `20.19.0` */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const fine = major > 20 || (major === 20 && minor >= 19);
  const found = { check: "Node.js", detail: `v${version}` };
  return fine
    ? { ...found, status: "ok" }
    : {
        ...found,
        status: "failed",
        remedy: "Install Node.js 20.19 or newer: nodejs.org, or nvm install 22.",
      };
}

async function checkFfmpeg(): Promise<Finding> {
  const check = "ffmpeg";
  const { findFfmpeg } = await import("@sightline/video-markup");
  try {
    const { path, version, source } = await findFfmpeg();
    return { check, status: "ok", detail: `${version} at ${path}, from ${source}` };
  } catch (error) {
    const remedy =
      "Only videos need it: install ffmpeg 5.1 or newer (apt-get install ffmpeg, brew install ffmpeg) or set FFMPEG_PATH.";
    return { check, status: "warning", detail: (error as Error).message, remedy };
  }
}
