/** The report's style sheet: one column to read, code quiet, failures loud, light and dark. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5f6f81;--line:#dfe5ec;--paper:#fff;--code:#f6f8fa;--accent:#12355b;--good:#1a7f4b;--bad:#c0332b;--warm:#9a6700}
@media (prefers-color-scheme:dark){:root{--ink:#dce4ee;--soft:#93a1b3;--line:#2c3744;--paper:#12171d;--code:#1a2129;--accent:#7fb7ee;--good:#4cc38a;--bad:#ff7b72;--warm:#e3b341}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 6rem}
header{display:flex;gap:1.25rem;align-items:flex-start;padding:1rem 1.25rem;border:1px solid var(--line);border-radius:10px;margin-bottom:1.5rem;font-size:.85rem}
header dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem 1rem;margin:0;min-width:0}
dt{color:var(--soft)}dd{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.8rem;line-height:1.7}
.badge{padding:.2rem .8rem;border-radius:99px;font-weight:600;color:#fff;background:var(--bad);white-space:nowrap}.badge.ok{background:var(--good)}
.failure{border:1px solid var(--bad);border-left-width:6px;border-radius:8px;padding:.6rem 1rem;margin-bottom:1.5rem}
.failure p{margin:.2rem 0 0;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9rem;overflow-wrap:anywhere}
h1,h2,h3{line-height:1.25;letter-spacing:-.01em}h1{font-size:2rem;margin:1rem 0 .5rem}h2{font-size:1.4rem;margin:2rem 0 .5rem}
a{color:var(--accent)}img,svg,video{max-width:100%;height:auto}
.text table,.rich>table{border-collapse:collapse}.text td,.text th,.rich>table td,.rich>table th{border-bottom:1px solid var(--line);padding:.25rem .8rem .25rem 0;text-align:left}
.text code{background:var(--code);padding:.1em .35em;border-radius:4px;font-size:.88em}
.text pre code{display:block;padding:.8rem 1rem;overflow-x:auto}
section.code{margin:.9rem 0 1.2rem}
details{border:1px solid var(--line);border-radius:8px;overflow:hidden;background:var(--code)}
summary{position:relative;display:flex;justify-content:space-between;padding:.15rem .8rem;font:.72rem ui-monospace,Menlo,Consolas,monospace;color:var(--soft);cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary i{position:absolute;left:0;bottom:0;height:2px;background:var(--accent);opacity:.5}
section.failed details,section.timed-out details,section.interrupted details{border-color:var(--bad)}
section.failed .time,section.timed-out .time{color:var(--bad)}
pre{margin:0;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre.source{padding:.5rem .9rem .8rem}
.comment{color:var(--soft);font-style:italic}.text{}pre .text{color:var(--good)}.number{color:var(--warm)}.keyword{color:var(--accent);font-weight:600}
.outputs{padding:.6rem .2rem 0 .9rem;border-left:3px solid var(--line);margin:.4rem 0 0 .2rem;overflow-x:auto}
.outputs pre{max-height:28rem;overflow:auto}.outputs pre.stderr{color:var(--warm)}.outputs pre.error{color:var(--bad);max-height:none}
.rich{margin:.3rem 0 .8rem}
`;
