import type { CellLanguage } from "./compiler/compiler-options.js";
import { tslabVersion } from "./execute/tslab-api.js";

const languages = {
  typescript: {
    name: "typescript",
    mimetype: "text/typescript",
    file_extension: ".ts",
    // JupyterLab looks for the name, classic Notebook for the rest.
    codemirror_mode: { mode: "typescript", name: "typescript", typescript: true },
  },
  javascript: {
    name: "javascript",
    mimetype: "text/javascript",
    file_extension: ".js",
    codemirror_mode: "javascript",
  },
} as const;

/** Content of a `kernel_info_reply`. */
export function kernelInfo(language: CellLanguage, typescript: string): Readonly<Record<string, unknown>> {
  return {
    protocol_version: "5.4",
    implementation: "sightline",
    implementation_version: tslabVersion,
    language_info: { ...languages[language], version: typescript },
    banner: `TypeScript ${typescript} on Node.js ${process.version} (Sightline, with tslab's API of ${tslabVersion})`,
    help_links: [],
    supported_features: ["iopub_welcome"],
  };
}
