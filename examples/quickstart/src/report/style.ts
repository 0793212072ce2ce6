/** One column, light and dark, figures first. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5f6f81;--line:#dfe5ec;--paper:#fff;--card:#f6f8fa;--accent:#12355b;--good:#1a7f4b;--bad:#c0332b}
@media (prefers-color-scheme:dark){:root{--ink:#dce4ee;--soft:#93a1b3;--line:#2c3744;--paper:#12171d;--card:#1a2129;--accent:#7fb7ee;--good:#4cc38a;--bad:#ff7b72}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:64rem;margin:0 auto;padding:2rem 1.25rem 6rem}
h1,h2,h3{line-height:1.25;letter-spacing:-.01em}h1{font-size:2.2rem;margin:.5rem 0}h2{font-size:1.5rem;margin:3rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line)}h3{font-size:1.1rem;margin:2rem 0 .5rem}
header p{color:var(--soft);margin:.25rem 0 1.25rem}a{color:var(--accent)}nav{display:flex;gap:1.25rem;font-size:.9rem}
img,svg,video{max-width:100%;height:auto}video{width:100%;border-radius:8px;background:#000}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin-bottom:1rem}
.tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.7rem 1rem}
.tiles b{display:block;font-size:1.6rem;font-variant-numeric:tabular-nums;color:var(--accent)}.tiles span{color:var(--soft);font-size:.85rem;line-height:1.3;display:block}
.outputs{overflow-x:auto;margin:.5rem 0}.rich{margin:.5rem 0}
.frames{display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:.75rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem}
figure{margin:0}figure img{display:block;width:100%;border-radius:6px}figcaption{color:var(--soft);font-size:.85rem;padding:.25rem 0}
.answer{border:1px solid var(--line);border-top:4px solid var(--good);border-radius:8px;padding:.6rem;background:var(--card)}.answer.wrong{border-top-color:var(--bad)}
.answer img{height:8rem;object-fit:contain}
.answer ul{list-style:none;margin:0;padding:0;font-size:.8rem}.answer li{position:relative;display:flex;justify-content:space-between;padding:.05rem .3rem;font-variant-numeric:tabular-nums}
.answer li i{position:absolute;inset:1px auto 1px 0;background:var(--bad);opacity:.22;border-radius:3px}.answer li.good i{background:var(--good)}.answer li b{font-weight:500}
.answer li span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.timings{border-collapse:collapse;width:100%;font-size:.9rem}.timings td,.timings th{padding:.15rem .75rem .15rem 0;text-align:left;vertical-align:middle}
.timings .group th{padding-top:.9rem}.timings .number,.timings th.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}.timings .bar{width:40%}
.timings .bar i{display:block;height:.7rem;border-radius:3px;background:var(--accent);opacity:.75}
@media (max-width:30rem){.splits .bar{display:none}.splits td,.splits th{padding-right:.4rem}}
`;
