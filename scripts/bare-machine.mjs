// A machine with nothing but Node.js and git: a folder with their files and the libraries that these need, entered by
// chroot in mount and process namespaces of its own, so that what is started there ends with it. Linux, as root.
import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** What any system has beside a shell. */
const tools = ["cat", "cp", "env", "ls", "mkdir", "mktemp", "rm", "sleep", "uname"];

/**
 * @param folder becomes the root of the machine
 * @param node folder that has the `node` to copy
 * @returns what runs a shell command there, in the folder `/home/user`
 */
export function bareMachine(folder, node) {
  for (const name of ["dev", "proc", "tmp", "cache", "etc", "usr/bin", "home/user"])
    mkdirSync(join(folder, name), { recursive: true });
  symlinkSync("usr/bin", join(folder, "bin"));
  copyProgram(which("dash"), join(folder, "usr/bin/sh"), folder);
  for (const name of ["git", ...tools]) copyProgram(which(name), join(folder, "usr/bin", name), folder);
  copyProgram(realpathSync(join(node, "node")), join(folder, "usr/bin/node"), folder);
  // The C library has parts that nothing copied so far asks for, and every system has.
  const [libc] = /\S*\/libc\.so\.6/.exec(execFileSync("ldd", [which("git")], { encoding: "utf8" }));
  for (const name of [
    "libdl.so.2",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "libm.so.6",
    "libmvec.so.1",
  ])
    copyFileSync(join(dirname(libc), name), join(folder, dirname(libc), name));
  const npm = join(execFileSync("npm", ["root", "-g"], { encoding: "utf8" }).trim(), "npm");
  cpSync(npm, join(folder, "usr/lib/node_modules/npm"), { recursive: true, dereference: true });
  for (const name of ["npm", "npx"])
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(folder, "usr/bin", name));
  for (const name of ["resolv.conf", "hosts", "nsswitch.conf"])
    if (existsSync(`/etc/${name}`)) copyFileSync(`/etc/${name}`, join(folder, "etc", name));
  writeFileSync(join(folder, "etc/passwd"), "root:x:0:0:root:/home/user:/bin/sh\n");
  const setting = (name) => execFileSync("npm", ["config", "get", name], { encoding: "utf8" }).trim();
  // Where a proxy signs for the registry, as this machine's npm knows it.
  const authorities = setting("cafile");
  if (authorities !== "null") copyFileSync(authorities, join(folder, "etc", "authorities.crt"));
  const env = {
    PATH: "/usr/bin",
    HOME: "/home/user",
    npm_config_registry: setting("registry"),
    npm_config_cache: "/cache",
    ...(authorities === "null" ? {} : { npm_config_cafile: "/etc/authorities.crt" }),
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => /_proxy$/i.test(name))),
  };
  return (command) => enter(folder, setting("cache"), env, command);
}

/** @returns promises of its exit status with what it printed, and of its having printed something; and how to end it */
function enter(folder, cache, env, command) {
  const mounts = [
    `mount --rbind /dev ${folder}/dev`,
    `mount -t proc proc ${folder}/proc`,
    `mount --bind ${cache} ${folder}/cache`,
  ];
  const inside = `${mounts.join(" && ")} && exec env -i "$@"`;
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const program = [which("chroot"), folder, "/bin/sh", "-c", `cd /home/user && ${command}`];
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child=KILL"];
  const child = spawn("unshare", [...namespaces, "sh", "-c", inside, "sh", ...variables, ...program], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      look();
    });
  }
  const ended = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
  const saw = (text) =>
    new Promise((resolve) => {
      look = () => output.includes(text) && resolve({ code: 0, output });
      look();
    });
  return { ended, saw, stop: () => child.kill("SIGKILL") };
}

function which(name) {
  return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}

function copyProgram(from, to, folder) {
  copyFileSync(from, to);
  const libraries = execFileSync("ldd", [from], { encoding: "utf8" });
  for (const [, path] of libraries.matchAll(/(\/[^ ]+) \(0x/g)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    if (!existsSync(join(folder, path))) copyFileSync(realpathSync(path), join(folder, path));
  }
}
