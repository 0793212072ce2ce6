/**
 * What to say where a package's file is not beside its modules: a bundle holds the modules, and leaves programs and other
 * files behind.
 */
export function bundledWithout(packageName: string, file: string): string {
  return `${file} is not there: a bundle must leave ${packageName} external, and have it installed beside (esbuild --external:${packageName}; webpack externals; Next.js serverExternalPackages)`;
}
