/** The report's style sheet: light and dark as the reader's system is, and narrow enough for a phone. */
export const STYLE = `:root{color-scheme:light dark;--ground:#fff;--text:#222;--dim:#666;--rule:#ddd;--train:#8a8a8a;--validation:#0a6ebd;--right:30,130,60;--wrong:200,50,40}
@media (prefers-color-scheme:dark){:root{--ground:#14171a;--text:#e4e6e8;--dim:#9aa0a6;--rule:#33383d;--train:#9aa0a6;--validation:#58b0f0;--right:60,170,95;--wrong:235,95,85}}
body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:1.5rem auto;padding:0 1rem;color:var(--text);background:var(--ground)}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
figure{margin:1rem 0}figcaption,.note{color:var(--dim)}
svg{width:100%;height:auto}svg text{font-size:12px;fill:var(--dim)}svg line{stroke:var(--rule)}svg line.best{stroke:var(--dim);stroke-dasharray:4 4}
polyline{fill:none;stroke-width:2}polyline.train{stroke:var(--train)}polyline.validation{stroke:var(--validation)}circle.train{fill:var(--train)}circle.validation{fill:var(--validation)}
span.train{color:var(--train)}span.validation{color:var(--validation)}
@media (max-width:600px){svg text{font-size:20px}}
.wide{overflow-x:auto}table{border-collapse:collapse}th,td{padding:.2rem .55rem;text-align:right;border:1px solid var(--rule);font-variant-numeric:tabular-nums}
th{font-weight:500;color:var(--dim);text-align:left}td.right{background:rgba(var(--right),var(--share))}td.wrong{background:rgba(var(--wrong),var(--share))}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:1rem}
.pictures figure{margin:0}.pictures img{width:100%;border-radius:4px;display:block}.pictures figcaption{font-size:.85rem;overflow-wrap:anywhere}
.none{display:grid;place-items:center;aspect-ratio:1;border:1px dashed var(--rule);border-radius:4px;color:var(--dim);font-size:.85rem}`;
