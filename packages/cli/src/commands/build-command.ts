import { mkdir, readdir } from "node:fs/promises";
import { type Command, exitStatus, valued } from "@sightline/foundation/command-line";
import { choiceOption, numberOption, positional, textOption } from "@sightline/foundation/option-values";
import { makeContext } from "../context/make-context.js";
import { PLATFORM_NAMES, platformOf } from "../context/platform.js";
import { buildImage, hostPlatform } from "../docker/build-image.js";
import { CliError } from "../errors.js";

const HELP = `sightline image build: the image of the programs train, serve and process

Usage
  sightline image build [options]

Options
  --tag NAME           name and tag of the image (default sightline:latest)
  --platform NAME      linux/amd64 or linux/arm64 (default: this machine's processor)
  --base IMAGE         image with Node.js 20.19 or newer to build on (default: the Dockerfile's); by digest for
                       equal bytes
  --cuda               with ONNX Runtime's CUDA provider; --base must have CUDA 12, cuDNN 9 and Node.js
  --network MODE       network of the build's steps, as docker build has it
  --context-only DIR   only fill the empty folder DIR with the build context, Dockerfile included
  --json               the result as JSON on stdout
  --help               this text

The container package and its dependencies are taken as they are installed here, without other platforms' binaries,
with a NOTICE and a bill of materials (sbom.cdx.json, CycloneDX). Equal inputs give an equal image id: files carry
one time, and the image SOURCE_DATE_EPOCH (default 0). Needs a Docker engine; not for --context-only.

Examples
  sightline image build --tag drivers:1
  sightline image build --context-only out/image && docker build --target programs out/image
`;

/** Builds the image, or its context alone. */
export const BUILD_COMMAND: Command = {
  help: HELP,
  options: {
    ...valued("tag", "platform", "base"),
    cuda: { type: "boolean" },
    network: { type: "string" },
    "context-only": { type: "string" },
    json: { type: "boolean" },
  },
  async run(positionals, values, { out, err, signal }) {
    positional(positionals);
    const platform = choiceOption(values, "platform", PLATFORM_NAMES) ?? hostPlatform();
    const folder = textOption(values, "context-only");
    if (folder !== undefined) {
      await mkdir(folder, { recursive: true });
      if ((await readdir(folder)).length > 0) throw new CliError(`${folder} is not empty.`);
      const context = await makeContext(folder, platformOf(platform));
      if (values.json === true) out(`${JSON.stringify({ folder, platform, ...context })}\n`);
      else out(`${folder}: ${context.packages} packages for ${platform}, SHA-256 ${context.digest}\n`);
      return exitStatus.ok;
    }
    const base = textOption(values, "base");
    const network = textOption(values, "network");
    const built = await buildImage({
      tag: textOption(values, "tag") ?? "sightline:latest",
      platform,
      cuda: values.cuda === true,
      sourceDate: sourceDate(),
      ...(base !== undefined && { base }),
      ...(network !== undefined && { network }),
      onLine: (line) => err(`${line}\n`),
      signal,
    });
    if (values.json === true) out(`${JSON.stringify(built)}\n`);
    else out(`${built.tag} (${built.platform}): ${(built.bytes / 2 ** 20).toFixed(1)} MiB, ${built.id}\n`);
    return exitStatus.ok;
  },
};

/** Seconds since 1970, as reproducible-builds.org has it. */
function sourceDate(): number {
  const name = "SOURCE_DATE_EPOCH";
  return numberOption({ [name]: process.env[name] }, name, { min: 0, max: 2 ** 32, whole: true }) ?? 0;
}
