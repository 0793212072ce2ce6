/** What an image runs on. */
export interface Platform {
  readonly os: "linux";
  /** By Node.js's name. */
  readonly cpu: "x64" | "arm64";
  readonly libc: "glibc";
}

/** Docker's names of platforms. */
export const PLATFORM_NAMES = ["linux/amd64", "linux/arm64"] as const;
/** One of Docker's names of platforms. */
export type PlatformName = (typeof PLATFORM_NAMES)[number];

/** The platform that has one of Docker's names. */
export function platformOf(name: PlatformName): Platform {
  return { os: "linux", cpu: name === "linux/amd64" ? "x64" : "arm64", libc: "glibc" };
}

/** Whether packages that are installed here are for a platform. */
export function isThisMachine({ os, cpu }: Platform): boolean {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return os === process.platform && cpu === process.arch && report?.header?.glibcVersionRuntime !== undefined;
}

/** What a package.json says of where its package runs. */
export interface PlatformLimits {
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/** Whether a package is for a platform. */
export function runsOn({ os, cpu, libc }: PlatformLimits, platform: Platform): boolean {
  return allows(os, platform.os) && allows(cpu, platform.cpu) && allows(libc, platform.libc);
}

/** npm's rule: one of the list, or none of those with "!". */
function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.length === 0) return true;
  if (list.includes(`!${value}`)) return false;
  const wanted = list.filter((entry) => !entry.startsWith("!"));
  return wanted.length === 0 || wanted.includes(value);
}

const SYSTEMS = ["darwin", "linux", "linuxmusl", "win32", "freebsd", "openbsd", "android", "sunos", "aix"];
const PROCESSORS = ["x64", "arm64", "arm", "ia32", "ppc64", "s390x", "riscv64", "loong64", "wasm32"];
const BINARY_FOLDER = new RegExp(
  `(?:^|[-+])(${SYSTEMS.join("|")})-(${PROCESSORS.join("|")})(?:-(musl|glibc))?$`,
);

/**
 * Whether a folder inside of a package holds another platform's binaries: `prebuilds/x-linux-x64-musl`,
 * `bin/napi-v6/darwin/arm64`. Such folders are named so by prebuildify, pkg-prebuilds and ONNX Runtime.
 *
 * @param path relative to the package, with `/`
 */
export function isForeignFolder(path: string, platform: Platform): boolean {
  const parts = path.split("/");
  return parts.some((part, i) => {
    const [, os, cpu, libc] = BINARY_FOLDER.exec(part) ?? [];
    if (os !== undefined) return os !== platform.os || cpu !== platform.cpu || libc === "musl";
    if (!SYSTEMS.includes(part)) return false;
    const next = parts[i + 1];
    // A folder that is only called "linux" or "darwin" may hold sources.
    return next !== undefined && PROCESSORS.includes(next) && (part !== platform.os || next !== platform.cpu);
  });
}
