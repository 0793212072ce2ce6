/** The page's style: the system's font, light and dark, one column on a phone. */
export const PAGE_CSS = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --accent: #2563eb; --good: #15803d; --bad: #b91c1c; --busy: #b45309; font: 15px/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --accent: #7aa7ff; --good: #4ade80; --bad: #f87171; --busy: #fbbf24; } }
body { margin: 0; }
header { padding: 0.6rem 1rem; border-bottom: 1px solid var(--line); font-weight: 600; }
main { max-width: 72rem; margin: 0 auto; padding: 0 1rem 3rem; }
a { color: var(--accent); }
header a { color: inherit; text-decoration: none; }
h1 { font-size: 1.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 2rem 0 0.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th { font-weight: 500; opacity: 0.75; }
.badge { padding: 0 0.5em; border-radius: 1em; border: 1px solid currentColor; font-size: 0.85em; }
.good { color: var(--good); } .bad { color: var(--bad); } .busy { color: var(--busy); }
.none { opacity: 0.7; }
.note { border-left: 3px solid var(--busy); padding-left: 0.7rem; }
pre { background: var(--soft); padding: 0.7rem; border-radius: 0.4rem; overflow: auto; max-height: 32rem; font-size: 0.8rem; line-height: 1.4; }
.curves { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; width: 260px; max-width: 100%; }
figcaption { overflow-wrap: anywhere; }
svg { width: 100%; background: var(--soft); border-radius: 0.4rem; }
polyline { fill: none; stroke: var(--accent); stroke-width: 2; }
circle { fill: var(--accent); }
form { display: inline; }
button { font: inherit; padding: 0.1rem 0.7rem; }
`;

/** Renews what the page shows every two seconds while somebody looks at it; without scripts it is as it was loaded. */
export const PAGE_JS = `
const main = document.querySelector("main");
async function renew() {
  if (!document.hidden && !main.contains(document.activeElement)) {
    const selected = String(getSelection());
    const response = await fetch(location.pathname, { headers: { "x-part": "main" } }).catch(() => undefined);
    document.body.toggleAttribute("data-lost", response === undefined || !response.ok);
    if (response?.ok && selected === "") {
      const scrolled = main.querySelector("pre")?.scrollTop;
      main.innerHTML = await response.text();
      const log = main.querySelector("pre");
      if (log) log.scrollTop = scrolled ?? log.scrollHeight;
      document.body.dataset.renewed = String(Number(document.body.dataset.renewed ?? 0) + 1);
    }
  }
  setTimeout(renew, 2000);
}
const log = main.querySelector("pre");
if (log) log.scrollTop = log.scrollHeight;
setTimeout(renew, 2000);
`;
