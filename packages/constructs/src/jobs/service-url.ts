/**
 * URL of the service's API and page, with a slash at its end. Emulators tell APIs apart by a host name of their own,
 * below localhost and on their port; AWS's own variable says that one is there.
 */
export function serviceUrl(url: string, emulator: string | undefined): string {
  if (emulator === undefined) return url;
  const { hostname, pathname } = new URL(url);
  return `http://${hostname.split(".")[0]}.execute-api.localhost:${new URL(emulator).port}${pathname}`;
}
